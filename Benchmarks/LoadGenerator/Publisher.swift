import Glibc
import Reactor
import Timing

/// Sends one profile until standard input ends, answering requests for key frames.
final class Publisher {
    private let session: ClientSession
    private let profile: Profile
    private var counts: [Int64]  // packets sent of each stream
    private var keyframeWanted = true
    private let packet = UnsafeMutableRawPointer.allocate(byteCount: 2048, alignment: 16)
    private let payload = UnsafeMutableRawPointer.allocate(byteCount: 2048, alignment: 16)

    init(session: ClientSession, profile: Profile) {
        (self.session, self.profile) = (session, profile)
        counts = profile.streams.map { _ in 0 }
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
        let start = Instant.now()
        while true {
            let (stream, due) = next(from: start)
            while Instant.now() < due {
                guard wait(until: due) else { return say("sent \(counts.reduce(0, +))") }
            }
            session.advance(to: .now())
            send(stream)
        }
    }

    /// The stream whose next packet is due first, and when.
    private func next(from start: Instant) -> (Int, Instant) {
        var best = (0, Instant(nanoseconds: .max))
        for (index, stream) in profile.streams.enumerated() {
            let (group, position) = counts[index].quotientAndRemainder(
                dividingBy: Int64(stream.packetsPerGroup))
            let within =
                stream.isSpread
                ? position * stream.groupInterval / Int64(stream.packetsPerGroup) : 0
            let due = start + Interval(nanoseconds: group * stream.groupInterval + within)
            if due < best.1 { best = (index, due) }
        }
        return best
    }

    private func send(_ index: Int) {
        let stream = profile.streams[index]
        let (group, position) = counts[index].quotientAndRemainder(
            dividingBy: Int64(stream.packetsPerGroup))
        let isLast = position == Int64(stream.packetsPerGroup) - 1
        let ssrc = UInt32(0x5151_0000 + index)
        let header: [UInt8] = [0x80, stream.payloadType | (isLast ? 0x80 : 0)]
        packet.copyMemory(from: header, byteCount: 2)
        packet.storeBytes(
            of: UInt16(truncatingIfNeeded: counts[index]).bigEndian, toByteOffset: 2,
            as: UInt16.self)
        let timestamp = UInt32(truncatingIfNeeded: group) &* stream.ticksPerGroup
        packet.storeBytes(of: timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
        packet.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
        if stream.payloadType == 96 { writeFragment(position == 0) }
        session.send(
            at: packet, payload: payload, count: stream.payloadByteCount, ssrc: ssrc,
            index: UInt64(counts[index]))
        counts[index] += 1
    }

    /// The start of an IDR picture's FU-A, of another picture's, or of what follows (RFC 6184 §5.8).
    private func writeFragment(_ isFirst: Bool) {
        let header: [UInt8] =
            isFirst
            ? (keyframeWanted ? [0x7C, 0x85, 0x88] : [0x7C, 0x81, 0x9A]) : [0x7C, 0x01, 0x5A]
        if isFirst { keyframeWanted = false }
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
        return read(0, &octet, 1) > 0
    }

    private func receive() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 16) { buffer in
            guard let base = buffer.baseAddress else { return }
            while let count = session.socket.receive(into: base) {
                let bytes = UnsafeRawBufferPointer(start: base, count: count)
                guard bytes[0] >> 6 == 2 else {
                    session.receive(bytes.bytes, at: .now())
                    continue
                }
                if session.asksForKeyframe(bytes.bytes, into: base + 2048) { keyframeWanted = true }
            }
        }
    }
}

/// One line on standard output, at once.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
