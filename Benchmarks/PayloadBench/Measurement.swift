import Codecs
import Glibc
import RTP
import Timing
import Wire

/// What is measured. Each runs over the same stream of H.264: 25 pictures a second at 4 Mbit/s.
enum Case: String, CaseIterable {
    /// Header, extension, payload and padding found.
    case parse
    /// A header read, moved into another stream, and written.
    case rewrite
    /// Payloads into access units, by `TrackReceiver`, memory given back.
    case depacketize
    /// Access units into packets.
    case packetize
    /// The same payloads copied, and nothing else.
    case copy
    /// The packets into a file, each behind its length, for other programs.
    case write
}

/// The packets one behind the other, as they would lie in slabs, and the units they were made of.
struct Stream {
    var batch = PacketBatch()
    var units: [[UInt8]] = []
    /// Of each packet.
    var timestamps: [UInt32] = []
    /// The packets once more, to be written to.
    var packets: [UInt8] = []

    init() {
        var packetizer = H264Packetizer(payloadType: 96, ssrc: 7, sequenceNumber: 65_000)
        var state: UInt64 = 1
        for index in 0..<Self.unitCount {
            let isKeyframe = index % 25 == 0
            var unit = isKeyframe ? Self.sets : []
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let size = (isKeyframe ? 60_000 : 14_000) + Int(state >> 52)
            let length = (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) }
            unit += length + [isKeyframe ? 0x65 : 0x41, 0xC0]
            unit += [UInt8](repeating: UInt8(truncatingIfNeeded: index) | 2, count: size - 2)
            packetizer.packetize(
                unit.span.bytes, timestamp: UInt32(index) * 3_600, into: &batch)
            units.append(unit)
        }
        for index in 0..<batch.count {
            let header = try? RTPLayout(parsing: batch.packet(at: index)).header
            timestamps.append(header?.timestamp ?? 0)
        }
        packets = batch.span.withUnsafeBytes { Array($0) }
    }

    static let unitCount = 50
    private static let sets: [UInt8] =
        [0, 0, 0, 12, 0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11]
        + [0, 0, 0, 6, 0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0]
}

/// Runs one case and prints packets, octets and the thread's nanoseconds.
func measure(_ test: Case, rounds: Int, file: String?) {
    var stream = Stream()
    var body = Body(stream)
    if test == .write { return write(stream, rounds: rounds, to: file ?? "/dev/null") }
    body.run(test, over: &stream)  // memory is taken and caches are warm
    let begin = threadNanoseconds()
    body.measured(test, over: &stream, rounds: rounds)
    let elapsed = threadNanoseconds() - begin
    print(
        "packets \(stream.batch.count * rounds) octets \(stream.batch.byteCount * rounds)",
        terminator: "")
    print(" nanoseconds \(elapsed) sum \(body.sum)")
}

/// What a round of each case does.
struct Body {
    private var splicer = StreamSplicer(
        ssrc: 9, payloadType: 102, clockRate: 90_000, sequenceNumber: 0, timestamp: 0)
    private var receiver = TrackReceiver(H264Depacketizer(), payloadType: 96)
    private var packetizer = H264Packetizer(payloadType: 96, ssrc: 7, sequenceNumber: 0)
    private var batch = PacketBatch()
    private var memory: [UInt8]
    private var number: UInt16 = 0
    private var elapsed: UInt32 = 0
    /// So that nothing is left out.
    private(set) var sum = 0

    init(_ stream: Stream) {
        memory = [UInt8](repeating: 0, count: stream.batch.byteCount)
        splicer.follow(7)
    }

    /// Callgrind counts inside this function alone.
    @inline(never)
    mutating func measured(_ test: Case, over stream: inout Stream, rounds: Int) {
        for _ in 0..<rounds { run(test, over: &stream) }
    }

    mutating func run(_ test: Case, over stream: inout Stream) {
        switch test {
        case .parse: parse(stream)
        case .rewrite: rewrite(stream)
        case .depacketize: depacketize(&stream)
        case .packetize: packetize(stream)
        case .copy: copy(stream)
        case .write: break
        }
    }

    private mutating func parse(_ stream: Stream) {
        for index in 0..<stream.batch.count {
            guard let layout = try? RTPLayout(parsing: stream.batch.packet(at: index)) else {
                continue
            }
            sum &+= layout.payloadByteCount &+ Int(layout.header.sequenceNumber)
        }
    }

    private mutating func rewrite(_ stream: Stream) {
        let now = Instant(nanoseconds: 0)
        var out = (UInt64(0), UInt64(0))
        for index in 0..<stream.batch.count {
            let packet = stream.batch.packet(at: index)
            guard let layout = try? RTPLayout(parsing: packet),
                let header = splicer.rewrite(layout.header, at: now)
            else { continue }
            withUnsafeMutableBytes(of: &out) { buffer in
                if let base = buffer.baseAddress { header.write(to: base) }
            }
            sum &+= Int(truncatingIfNeeded: out.0)
        }
    }

    /// Each round the numbers and times go on, as they would in a stream.
    private mutating func depacketize(_ stream: inout Stream) {
        let now = Instant(nanoseconds: 0)
        for index in 0..<stream.batch.count {
            let range = stream.batch.range(at: index)
            let timestamp = stream.timestamps[index] &+ elapsed
            stream.packets.withUnsafeMutableBytes { buffer in
                buffer.storeBytes(
                    of: number.bigEndian, toByteOffset: range.lowerBound + 2, as: UInt16.self)
                buffer.storeBytes(
                    of: timestamp.bigEndian, toByteOffset: range.lowerBound + 4, as: UInt32.self)
            }
            number &+= 1
            receiver.receive(stream.packets.span.bytes.extracting(range), at: now)
            while let unit = receiver.next() {
                sum &+= unit.bytes.count
                receiver.depacketizer.recycle(unit)
            }
        }
        elapsed &+= UInt32(Stream.unitCount) * 3_600
    }

    private mutating func packetize(_ stream: Stream) {
        batch.removeAll()
        for (index, unit) in stream.units.enumerated() {
            packetizer.packetize(
                unit.span.bytes, timestamp: UInt32(index) * 3_600, into: &batch)
        }
        sum &+= batch.byteCount
    }

    /// Each payload behind the last one, as access units would lie.
    private mutating func copy(_ stream: Stream) {
        memory.withUnsafeMutableBytes { target in
            guard let base = target.baseAddress else { return }
            var place = 0
            for index in 0..<stream.batch.count {
                stream.batch.payload(at: index).withUnsafeBytes { source in
                    guard let start = source.baseAddress else { return }
                    memcpy(base + place, start, source.count)
                    place += source.count
                }
            }
            sum &+= place
        }
    }
}

/// The stream as others read it: `rounds` times, its numbers and times going on.
private func write(_ stream: Stream, rounds: Int, to path: String) {
    guard let file = fopen(path, "w") else { exit(74) }
    var number: UInt16 = 0
    for round in 0..<rounds {
        for index in 0..<stream.batch.count {
            var packet = stream.batch.packet(at: index).withUnsafeBytes { Array($0) }
            guard var header = try? RTPLayout(parsing: packet.span.bytes).header else { continue }
            header.sequenceNumber = number
            header.timestamp &+= UInt32(round * Stream.unitCount) &* 3_600
            number &+= 1
            packet.withUnsafeMutableBytes { buffer in
                if let base = buffer.baseAddress { header.write(to: base) }
            }
            let framed = [UInt8(packet.count >> 8), UInt8(packet.count & 0xFF)] + packet
            _ = framed.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        }
    }
    fclose(file)
    print("packets \(stream.batch.count * rounds) octets \(stream.batch.byteCount * rounds)")
}

private func threadNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
