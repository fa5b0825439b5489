import Codecs
import RTP
import Testing

/// AAC between us and ffmpeg, and between us and GStreamer, in both of its payload formats.
@Suite(
    .tags(.interop),
    .enabled(if: Lab.has("ffmpeg") && Lab.has("gst-launch-1.0"), "needs ffmpeg and GStreamer"))
struct AACPayloadOracleTests {
    /// A file whose header has the configuration, and the frames in it.
    static func withSound(
        _ body: (String, [[UInt8]], AudioSpecificConfig) async throws -> Void
    ) async throws {
        let encoding = ["-c:a", "aac", "-ac", "2", "-f", "mp4"]
        try await AudioPayloadOracleTests.withSound(encoding) { path in
            try await remux(path, "adts", path + ".aac")
            let (frames, configuration) = try PayloadLab.framesOfADTS(path + ".aac")
            try await body(path, frames, try #require(configuration))
        }
    }

    static func remux(_ path: String, _ container: String, _ target: String) async throws {
        let (output, code) = try await run(
            "ffmpeg", ["-v", "error", "-i", path, "-c", "copy", "-f", container, target])
        try #require(code == 0, "\(output)")
    }

    @Test(arguments: [false, true])
    func `ffmpeg's AAC comes out as it went in`(isLATM: Bool) async throws {
        try await Self.withSound { path, frames, configuration in
            let packets = try await PayloadLab.packetsOfFFmpeg(
                ["-i", path] + (isLATM ? ["-rtpflags", "latm"] : []), path + ".rtp")
            let out =
                isLATM
                ? PayloadLab.receive(
                    packets,
                    LATMDepacketizer(
                        LATMParameters(configuration: configuration), clockRate: 48_000))
                : PayloadLab.receive(
                    packets,
                    AACDepacketizer(
                        MPEG4GenericParameters(configuration: configuration), clockRate: 48_000))
            // What would share a packet with frames that never come, ffmpeg keeps.
            let isSame = out.map(\.bytes) == Array(frames.prefix(out.count))
            #expect(isSame && out.count > frames.count - 4)
            #expect(zip(out, out.dropFirst()).allSatisfy { $1.timestamp - $0.timestamp == 1_024 })
        }
    }

    /// ffmpeg's multiplex in a stream that describes itself, an element in each packet: `cpresent=1`.
    @Test func `ffmpeg's elements that describe themselves come out as they went in`() async throws
    {
        try await Self.withSound { path, frames, configuration in
            try await Self.remux(path, "latm", path + ".latm")
            var packetizer = AudioPacketizer(payloadType: 96, ssrc: 1, sequenceNumber: 0)
            var batch = PacketBatch()
            for (index, element) in try PayloadLab.elementsOfLOAS(path + ".latm").enumerated() {
                packetizer.packetize(
                    element.span.bytes, timestamp: UInt32(index) * 1_024, marker: true,
                    into: &batch)
            }
            try PayloadLab.write(batch, to: path + ".rtp")
            var receiver = TrackReceiver(
                LATMDepacketizer(describedInBandAt: 48_000), payloadType: 96)
            var out: [[UInt8]] = []
            for packet in try PayloadLab.packets(path + ".rtp") {
                receiver.receive(packet.span.bytes, at: .init(nanoseconds: 0))
                while let frame = receiver.next() { out.append(frame.bytes) }
            }
            let isSame = out == frames
            #expect(isSame)
            #expect(
                receiver.depacketizer.parameters?.configuration.sampleRate
                    == configuration.sampleRate)
        }
    }

    static let forms: [(name: String, isLATM: Bool, limit: Int, fmtp: String, caps: String)] = [
        (
            "MPEG4-GENERIC", false, 1_200,
            "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
                + "indexdeltalength=3;config=1190",
            "streamtype=(string)5,profile-level-id=(string)1,mode=AAC-hbr,sizelength=(string)13,"
                + "indexlength=(string)3,indexdeltalength=(string)3,config=(string)1190"
        ),
        (
            "MP4A-LATM", true, 1_200, "profile-level-id=1;cpresent=0;config=400023203fc0",
            "profile-level-id=(string)1,cpresent=(string)0,config=(string)400023203fc0"
        ),
    ]

    @Test(arguments: forms)
    func `our AAC comes out of others as it went in`(
        name: String, isLATM: Bool, limit: Int, fmtp: String, caps: String
    ) async throws {
        try await Self.withSound { path, frames, _ in
            var generic = AACPacketizer(
                payloadType: 96, ssrc: 1, sequenceNumber: 65_500, payloadByteCountLimit: limit)
            var latm = LATMPacketizer(
                payloadType: 96, ssrc: 1, sequenceNumber: 65_500, payloadByteCountLimit: limit)
            var batch = PacketBatch()
            for (index, frame) in frames.enumerated() {
                let time = UInt32(index) * 1_024
                if isLATM {
                    latm.packetize(frame.span.bytes, timestamp: time, into: &batch)
                } else {
                    generic.packetize(frame.span.bytes, timestamp: time, into: &batch)
                }
            }
            try PayloadLab.write(batch, to: path + ".rtp")
            try await PayloadLab.launch(
                "filesrc location=\(path).rtp ! application/x-rtp-stream,media=audio,"
                    + "clock-rate=48000,encoding-name=\(name),payload=96,\(caps)"
                    + " ! rtpstreamdepay ! rtpmp4\(isLATM ? "a" : "g")depay"
                    + " ! filesink location=\(path).gst")
            // GStreamer 1.22 leaves the first element's length in, also behind its own payloader.
            let all = frames.flatMap { $0 }
            let lengthByteCount = isLATM ? frames[0].count / 255 + 1 : 0
            let isSame = try PayloadLab.read(path + ".gst").dropFirst(lengthByteCount) == all[...]
            #expect(isSame)
            try await PayloadLab.script(
                "rtp_to_ffmpeg.py",
                [
                    path + ".rtp", "audio", "\(name)/48000/2", fmtp, "-y", "-c", "copy",
                    "-f", "adts", path + ".ff",
                ])
            let back = try PayloadLab.framesOfADTS(path + ".ff").frames
            let isSameThere = back == frames
            #expect(isSameThere)
        }
    }
}
