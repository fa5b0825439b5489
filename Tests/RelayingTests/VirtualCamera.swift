import Codecs
import RTP
import RTSP
import SDP
import Timing
import Wire

/// A camera of 30 pictures and 50 packets of Opus a second, behind a connection that may hold what it
/// carries and let it go in bursts.
struct VirtualCamera: ~Copyable {
    static let description = """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=camera
        t=0 0
        m=video 0 RTP/AVP 96
        a=rtpmap:96 H264/90000
        a=fmtp:96 packetization-mode=1
        a=control:video
        m=audio 0 RTP/AVP 97
        a=rtpmap:97 opus/48000/2
        a=control:audio

        """

    private(set) var pictureCount = 0
    private(set) var soundCount = 0
    /// Whether the pictures between key frames are made of B slices.
    var sendsBidirectional = false

    private var server: RTSPServer
    private var isPlaying = false
    private var nextPicture: Instant?
    private var nextSound: Instant?
    private var nextBurst: Instant?
    private let burst: Interval
    private var video = H264Packetizer(payloadType: 96, ssrc: 0xCA, sequenceNumber: 65_000)
    private var audio = AudioPacketizer(payloadType: 97, ssrc: 0xCB, sequenceNumber: 10)
    private var batch = PacketBatch()
    private var held: [UInt8] = []

    /// - Parameters:
    ///   - burst: How often the connection lets go of what it holds; zero holds nothing.
    ///   - encoding: What it says its pictures are.
    init(burst: Interval = .zero, encoding: String = "H264") throws {
        let text = Self.description.replacing("H264", with: encoding)
        let description = try SessionDescription(parsing: text)
        server = RTSPServer(
            RTSPServerConfiguration(
                mounts: [RTSPMount(path: "/live", description: description)], seed: [1]))
        self.burst = burst
    }

    mutating func receive(_ octets: [UInt8], at now: Instant) {
        server.receive(octets.span.bytes, at: now)
        while let event = server.nextEvent() {
            guard case .playing = event, !isPlaying else { continue }
            isPlaying = true
            (nextPicture, nextSound, nextBurst) = (now, now, now)
        }
    }

    /// What the connection lets go of by now.
    mutating func advance(to now: Instant) -> [UInt8] {
        while let due = nextPicture, due <= now {
            sendPicture()
            nextPicture = due + Interval(nanoseconds: 33_333_333)
        }
        while let due = nextSound, due <= now {
            sendSound()
            nextSound = due + .milliseconds(20)
        }
        while let octets = server.nextOutput() { held += octets }
        guard isPlaying, burst > .zero else { return release() }
        guard let due = nextBurst, due <= now else { return [] }
        nextBurst = due + burst
        return release()
    }

    private mutating func release() -> [UInt8] {
        defer { held = [] }
        return held
    }

    private mutating func sendPicture() {
        let isKeyframe = pictureCount % 30 == 0
        var unit: [UInt8] = []
        if isKeyframe {
            append(
                [0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11], to: &unit)
            append([0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0], to: &unit)
        }
        // The second octet: first macroblock 0, then the slice's type (7 is I, 5 is P, 6 is B).
        let type: UInt8 =
            isKeyframe ? 0b1_0001000 : sendsBidirectional ? 0b1_00111_00 : 0b1_00110_00
        let slice = [isKeyframe ? 0x65 : 0x41, type]
        append(
            slice + [UInt8](repeating: 0x55, count: isKeyframe ? 30_000 : 7_000), to: &unit)
        batch.removeAll()
        let timestamp = UInt32(truncatingIfNeeded: pictureCount * 3000 + 4_000_000_000)
        video.packetize(unit.span.bytes, timestamp: timestamp, into: &batch)
        Self.send(batch, track: 0, over: &server)
        pictureCount += 1
    }

    private mutating func sendSound() {
        batch.removeAll()
        let packet: [UInt8] = [0x78, UInt8(soundCount & 255)] + [UInt8](repeating: 3, count: 158)
        audio.packetize(
            packet.span.bytes, timestamp: UInt32(truncatingIfNeeded: soundCount * 960 + 77),
            into: &batch)
        Self.send(batch, track: 1, over: &server)
        soundCount += 1
    }

    private static func send(
        _ batch: borrowing PacketBatch, track: Int, over server: inout RTSPServer
    ) {
        for index in 0..<batch.count { _ = server.send(batch.packet(at: index), track: track) }
    }

    private func append(_ nal: [UInt8], to unit: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(nal.count).bigEndian) { unit += $0 }
        unit += nal
    }
}
