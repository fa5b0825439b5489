import Timing
import Wire

/// One consumer: reads every packet, counts it, opens some and notes how long those were under way.
final class Viewer {
    let session: ClientSession
    let posted: Instant
    private let stride: Int
    private(set) var connected: Instant?
    private(set) var firstMedia: Instant?
    private(set) var firstVideo: Instant?
    private(set) var decodable: Instant?  // the first whole key frame
    private(set) var streams: [StreamCount] = []
    private(set) var latencies: [Int64] = []  // nanoseconds
    private(set) var verified = 0
    private(set) var refused = 0
    private var untilOpened: Int
    private var keyframe: KeyframeWatch?

    /// - Parameters:
    ///   - stride: How many packets there are to one that is opened.
    ///   - phase: Tells consumers apart, so that not all open the same packets.
    ///   - watchesForKeyframe: Whether every packet of video is opened until a key frame is whole.
    init(
        session: ClientSession, posted: Instant, stride: Int, phase: Int, watchesForKeyframe: Bool
    ) {
        (self.session, self.posted, self.stride) = (session, posted, stride)
        untilOpened = phase % stride
        keyframe = watchesForKeyframe ? KeyframeWatch() : nil
    }

    var received: Int64 { streams.map(\.received).reduce(0, +) }
    var lost: Int64 { streams.map(\.lost).reduce(0, +) }
    var bytes: Int64 { streams.map(\.bytes).reduce(0, +) }
    var longestGap: Int64 { streams.map(\.longestGap).max() ?? 0 }

    /// Counts from here on.
    func beginWindow() {
        for index in streams.indices { streams[index].begin() }
        latencies.removeAll(keepingCapacity: true)
    }

    /// Reads all that waits.
    func drain(with batch: borrowing DatagramBatch, scratch: UnsafeMutableRawPointer) {
        while true {
            let count = batch.receive(from: session.socket)
            for index in 0..<count {
                let bytes = batch[index]
                let type = bytes[1] & 0x7F
                if bytes[0] >> 6 == 2, bytes.count >= 12, type >= 96 {
                    take(bytes, type: type, arrival: batch.arrival(index), scratch: scratch)
                } else if bytes[0] >> 6 != 2 {
                    receive(bytes)
                }
            }
            guard count > 0 else { return }
        }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        session.receive(bytes.bytes, at: .now())
        if connected == nil, session.isConnected { connected = .now() }
    }

    private func take(
        _ bytes: UnsafeRawBufferPointer, type: UInt8, arrival: Int64,
        scratch: UnsafeMutableRawPointer
    ) {
        let isVideo = type == session.videoType
        let time = Instant(nanoseconds: arrival)
        if firstMedia == nil { firstMedia = time }
        if isVideo, firstVideo == nil { firstVideo = time }
        let number = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        let ssrc = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        var index = 0
        while index < streams.count, streams[index].ssrc != ssrc { index += 1 }
        if index == streams.count { streams.append(StreamCount(ssrc: ssrc, first: number)) }
        streams[index].take(number, byteCount: bytes.count, at: arrival)
        let watches = isVideo && keyframe?.isOver == false
        if untilOpened == 0 || watches {
            open(bytes, number, watches: watches, arrival: arrival, scratch: scratch)
        }
        untilOpened = untilOpened == 0 ? stride - 1 : untilOpened - 1
    }

    private func open(
        _ bytes: UnsafeRawBufferPointer, _ number: UInt16, watches: Bool, arrival: Int64,
        scratch: UnsafeMutableRawPointer
    ) {
        guard let plain = session.opened(bytes.bytes, into: scratch) else {
            refused += 1
            return
        }
        verified += 1
        var header = 12 + 4 * Int(plain[0] & 0x0F)
        if plain[0] & 0x10 != 0 {  // an extension (RFC 3550 §5.3.1)
            header += 4 + 4 * (Int(plain[header + 2]) << 8 | Int(plain[header + 3]))
        }
        let sent = plain.loadUnaligned(
            fromByteOffset: header + Profile.stampOffset, as: Int64.self)
        if arrival > 0 { latencies.append(arrival - sent) }
        if watches, keyframe?.take(number, fragmentHeader: plain[header + 1]) == true {
            decodable = Instant(nanoseconds: arrival)
        }
    }

    /// Receiver reports without loss, as every peer sends them each second (RFC 3550 §6.4.2).
    func report() {
        for stream in streams {
            var writer = ByteWriter(capacity: 32)
            writer.write([0x81, 201, 0, 7, 0, 0, 0, 1])
            writer.write(stream.ssrc)
            writer.write(UInt32(0))
            writer.write(UInt32(truncatingIfNeeded: stream.highest))
            for _ in 0..<3 { writer.write(UInt32(0)) }
            session.sendRTCP(writer.bytes)
        }
    }
}
