import Glibc
import Reactor
import Timing

/// Sends one profile until standard input ends, answering requests for key frames.
final class Publisher {
    private let session: ClientSession
    private let profile: Profile
    private var counts: [Int64]  // packets sent of each stream
    private var countsAtStart: [Int64]
    private var start = Instant(nanoseconds: 0)
    private var slowness: Int64  // how many times slower than the profile, until told to hurry
    private var keyframeWanted = true
    private var isKeyframe = false  // the picture being sent
    private let batch: DatagramBatch
    private let packet = UnsafeMutableRawPointer.allocate(byteCount: 2048, alignment: 16)
    private let scratch = UnsafeMutableRawPointer.allocate(byteCount: 2048, alignment: 16)
    private let payload = UnsafeMutableRawPointer.allocate(byteCount: 2048, alignment: 16)

    /// - Parameter slowness: How many times slower than the profile it sends, while many consumers
    ///   join, until a line on standard input says that all are there.
    init(session: ClientSession, profile: Profile, slowness: Int64) throws(LoadError) {
        (self.session, self.profile, self.slowness) = (session, profile, slowness)
        batch = try DatagramBatch()
        counts = profile.streams.map { _ in 0 }
        countsAtStart = counts
        payload.initializeMemory(as: UInt8.self, repeating: 0x5A, count: 2048)
    }

    /// Connects, announces it on standard output, sends; ends with the number sent.
    func run() throws(LoadError) {
        let limit = Instant.now() + .seconds(10)
        while !session.isConnected {
            guard Instant.now() < limit else { throw .timedOut("connecting the publisher") }
            session.advance(to: .now())
            _ = wait(until: .now() + .milliseconds(1))
        }
        session.advance(to: .now())
        say("publishing")
        start = .now()
        while true {
            let (stream, due) = next()
            let now = Instant.now()
            guard now < due else {
                session.advance(to: now)
                send(stream)
                continue
            }
            guard wait(until: min(due, now + .milliseconds(10))) else {
                return say("sent \(counts.reduce(0, +))")
            }
        }
    }

    /// The stream whose next packet is due first, and when.
    private func next() -> (Int, Instant) {
        var best = (0, Instant(nanoseconds: .max))
        for (index, stream) in profile.streams.enumerated() {
            let (group, position) = (counts[index] - countsAtStart[index])
                .quotientAndRemainder(dividingBy: Int64(stream.packetsPerGroup))
            let within =
                stream.isSpread
                ? position * stream.groupInterval / Int64(stream.packetsPerGroup) : 0
            let after = stream.phase + group * stream.groupInterval + within
            let due = start + Interval(nanoseconds: after * slowness)
            if due < best.1 { best = (index, due) }
        }
        return best
    }

    /// From here on at the profile's own pace, beginning with whole groups.
    private func hurry() {
        guard slowness > 1 else { return }
        (slowness, start) = (1, .now())
        for (index, stream) in profile.streams.enumerated() {
            countsAtStart[index] = counts[index] - counts[index] % Int64(stream.packetsPerGroup)
        }
    }

    private func send(_ index: Int) {
        let stream = profile.streams[index]
        let (group, position) = counts[index].quotientAndRemainder(
            dividingBy: Int64(stream.packetsPerGroup))
        let isLast = position == Int64(stream.packetsPerGroup) - 1
        let ssrc = Profile.firstSSRC + UInt32(index)
        let header: [UInt8] = [0x80, stream.payloadType | (isLast ? 0x80 : 0)]
        packet.copyMemory(from: header, byteCount: 2)
        packet.storeBytes(
            of: UInt16(truncatingIfNeeded: counts[index]).bigEndian, toByteOffset: 2,
            as: UInt16.self)
        let timestamp = UInt32(truncatingIfNeeded: group) &* stream.ticksPerGroup
        packet.storeBytes(of: timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
        packet.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
        if stream.isVideo { writeFragment(isFirst: position == 0, isLast: isLast) }
        payload.storeBytes(
            of: Instant.now().nanoseconds, toByteOffset: Profile.stampOffset, as: Int64.self)
        session.send(
            at: packet, payload: payload, count: stream.payloadByteCount, ssrc: ssrc,
            index: UInt64(counts[index]))
        counts[index] += 1
    }

    /// A part of an IDR picture, or of another one, as FU-A (RFC 6184 §5.8).
    private func writeFragment(isFirst: Bool, isLast: Bool) {
        if isFirst { (isKeyframe, keyframeWanted) = (keyframeWanted, false) }
        let unit: UInt8 = isKeyframe ? 5 : 1
        let header: [UInt8] = [
            0x7C, (isFirst ? 0x80 : 0) | (isLast ? 0x40 : 0) | unit, isKeyframe ? 0x88 : 0x9A,
        ]
        payload.copyMemory(from: header, byteCount: 3)
    }

    /// Reads what has come and sleeps; `false` once standard input has ended.
    private func wait(until due: Instant) -> Bool {
        receive()
        var time = timespec(
            tv_sec: Int(due.nanoseconds / 1_000_000_000),
            tv_nsec: Int(due.nanoseconds % 1_000_000_000))
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
        var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        guard poll(&input, 1, 0) > 0 else { return true }
        var octet: UInt8 = 0
        guard read(0, &octet, 1) > 0 else { return false }
        hurry()
        return true
    }

    private func receive() {
        while true {
            let count = batch.receive(from: session.socket)
            guard count > 0 else { return }
            for index in 0..<count {
                let bytes = batch[index]
                if bytes[0] >> 6 != 2 {
                    session.receive(bytes.bytes, at: .now())
                } else if session.asksForKeyframe(bytes.bytes, into: scratch) {
                    keyframeWanted = true
                }
            }
        }
    }
}

/// One line on standard output, at once.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
