import Timing
import Wire

/// One consumer: reads every packet, counts it, verifies one in a thousand.
final class Viewer {
    let session: ClientSession
    let posted: Instant
    private(set) var firstMedia: Instant?
    private(set) var firstVideo: Instant?
    private var audio = StreamCount()
    private var video = StreamCount()
    private var untilVerified = 0
    private var ssrc: UInt32 = 0
    private(set) var verified = 0
    private(set) var refused = 0

    init(session: ClientSession, posted: Instant) {
        (self.session, self.posted) = (session, posted)
    }

    var received: Int64 { audio.received + video.received }
    var lost: Int64 { audio.lost + video.lost }
    var bytes: Int64 { audio.bytes + video.bytes }

    /// Counts from here on.
    func beginWindow() {
        audio.begin()
        video.begin()
    }

    /// Reads all that waits.
    func drain(at now: Instant, scratch: UnsafeMutableRawPointer) {
        while let count = session.socket.receive(into: scratch) {
            let bytes = UnsafeRawBufferPointer(start: scratch, count: count)
            let type = bytes[1] & 0x7F
            if bytes[0] >> 6 == 2, count >= 12, type >= 96 {
                take(bytes, isVideo: type == 96, at: now, scratch: scratch + DatagramSocket.limit)
            } else if bytes[0] >> 6 != 2 {
                session.receive(bytes.bytes, at: now)
            }
        }
    }

    private func take(
        _ bytes: UnsafeRawBufferPointer, isVideo: Bool, at now: Instant,
        scratch: UnsafeMutableRawPointer
    ) {
        if firstMedia == nil { firstMedia = now }
        let number = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        if isVideo {
            if firstVideo == nil {
                firstVideo = now
                ssrc = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            }
            video.take(number, byteCount: bytes.count)
        } else {
            audio.take(number, byteCount: bytes.count)
        }
        if untilVerified == 0 {
            untilVerified = 1000
            if session.verifies(bytes.bytes, into: scratch) { verified += 1 } else { refused += 1 }
        }
        untilVerified -= 1
    }

    /// A receiver report without loss, as every peer sends one a second (RFC 3550 §6.4.2).
    func report() {
        var writer = ByteWriter(capacity: 32)
        writer.write([0x81, 201, 0, 7, 0, 0, 0, 1])
        writer.write(ssrc)
        writer.write(UInt32(0))
        writer.write(UInt32(truncatingIfNeeded: video.highest))
        for _ in 0..<3 { writer.write(UInt32(0)) }
        session.sendRTCP(writer.bytes)
    }
}

/// Received and missing of one stream, by its sequence numbers.
struct StreamCount {
    private(set) var received: Int64 = 0
    private(set) var bytes: Int64 = 0
    private(set) var highest: Int64 = -1
    private var first: Int64 = 0

    var lost: Int64 { highest < first ? 0 : max(highest - first + 1 - received, 0) }

    mutating func begin() { (received, bytes, first) = (0, 0, highest + 1) }

    mutating func take(_ number: UInt16, byteCount: Int) {
        if highest < 0 { (highest, first) = (Int64(number), Int64(number)) }
        let step = Int16(bitPattern: number &- UInt16(truncatingIfNeeded: highest))
        if step > 0 { highest += Int64(step) }
        received += 1
        bytes += Int64(byteCount)
    }
}
