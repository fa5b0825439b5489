import Codecs
import RTP
import Testing
import Timing

/// Payloads of GStreamer read by us and ours read by GStreamer, by way of files (RFC 4571 framing).
@Suite(
    .tags(.interop),
    .enabled(if: Lab.has("ffmpeg") && Lab.has("gst-launch-1.0"), "needs ffmpeg and GStreamer"))
struct PayloadOracleTests {
    static let video = [
        "-c:v", "libx264", "-preset", "veryfast", "-g", "10", "-bf", "0", "-slices", "3",
        "-bsf:v", "h264_metadata=aud=insert", "-f", "h264",
    ]

    @Test(arguments: ["none", "zero-latency", "max-stap"])
    func `GStreamer's H 264 payloads come out as they went in, though time stands still`(
        mode: String
    ) async throws {
        try await PayloadLab.inDirectory { directory in
            let path = directory + "/v"
            try await PayloadLab.encode("testsrc2=size=640x360:rate=15", Self.video, to: path)
            try await PayloadLab.launch(
                "filesrc location=\(path) ! h264parse ! rtph264pay mtu=1200 aggregate-mode=\(mode)"
                    + " config-interval=-1 seqnum-offset=65530 timestamp-offset=4294960000"
                    + " ! rtpstreampay ! filesink location=\(path).rtp")
            let out = PayloadLab.receive(try PayloadLab.packets(path + ".rtp"), H264Depacketizer())
            let original = PayloadLab.units(try PayloadLab.read(path), .startCodes)
            let pictures = { (units: [[UInt8]]) in
                units.filter { H264UnitType(octet: $0[0]).isPicture }
            }
            let isSame =
                pictures(out.flatMap { PayloadLab.units($0.bytes, AccessUnit.framing) })
                == pictures(original)
            #expect(isSame)
            #expect(out.count == 30)
            #expect(out.indices.filter { out[$0].isKeyframe } == [0, 10, 20])
        }
    }

    @Test func `our H 264 payloads come out of GStreamer as they went in`() async throws {
        try await PayloadLab.inDirectory { directory in
            let path = directory + "/v"
            try await PayloadLab.encode("testsrc2=size=640x360:rate=15", Self.video, to: path)
            let units = PayloadLab.units(try PayloadLab.read(path), .startCodes)
            var configuration = H264Packetizer.Configuration()
            configuration.dropsDelimiters = false
            var packetizer = H264Packetizer(
                payloadType: 96, ssrc: 1, sequenceNumber: 65_500, configuration: configuration)
            var batch = PacketBatch()
            var (frame, time) = ([UInt8](), UInt32(0))
            for (index, unit) in units.enumerated() {
                frame += [0, 0, 0, 1] + unit
                let isLast = index + 1 == units.count || units[index + 1][0] & 0x1F == 9
                guard isLast else { continue }
                packetizer.packetize(
                    frame.span.bytes, framing: .startCodes, timestamp: time, into: &batch)
                (frame, time) = ([], time + 6_000)
            }
            try PayloadLab.write(batch, to: path + ".rtp")
            try await PayloadLab.launch(
                "filesrc location=\(path).rtp ! application/x-rtp-stream,media=video,"
                    + "clock-rate=90000,encoding-name=H264,payload=96 ! rtpstreamdepay"
                    + " ! rtph264depay ! video/x-h264,stream-format=byte-stream"
                    + " ! filesink location=\(path).out")
            let isSame = PayloadLab.units(try PayloadLab.read(path + ".out"), .startCodes) == units
            #expect(isSame)
        }
    }

    /// One frame in several packets, one in each, and many in one.
    @Test(arguments: ["mtu=100", "", "max-ptime=100000000"])
    func `GStreamer's AAC payloads come out as they went in`(options: String) async throws {
        try await PayloadLab.inDirectory { directory in
            let path = directory + "/a"
            try await PayloadLab.encode(
                "sine=440:r=48000", ["-c:a", "aac", "-ac", "2", "-f", "adts"], to: path)
            let (frames, configuration) = try PayloadLab.framesOfADTS(path)
            try await PayloadLab.launch(
                "filesrc location=\(path) ! aacparse ! rtpmp4gpay \(options)"
                    + " ! rtpstreampay ! filesink location=\(path).rtp")
            let parameters = MPEG4GenericParameters(configuration: try #require(configuration))
            let out = PayloadLab.receive(
                try PayloadLab.packets(path + ".rtp"),
                AACDepacketizer(parameters, clockRate: 48_000))
            let isSame = out.map(\.bytes) == frames
            #expect(isSame)
            #expect(
                zip(out, out.dropFirst()).allSatisfy {
                    abs($1.timestamp - $0.timestamp - 1_024) <= 1
                })
        }
    }

    @Test(arguments: ["mtu=150", "mtu=1200"])
    func `GStreamer's LATM payloads come out as they went in`(options: String) async throws {
        try await PayloadLab.inDirectory { directory in
            let path = directory + "/a"
            try await PayloadLab.encode(
                "sine=440:r=48000", ["-c:a", "aac", "-ac", "2", "-f", "adts"], to: path)
            let (frames, configuration) = try PayloadLab.framesOfADTS(path)
            try await PayloadLab.launch(
                "filesrc location=\(path) ! aacparse ! rtpmp4apay \(options)"
                    + " ! rtpstreampay ! filesink location=\(path).rtp")
            let parameters = LATMParameters(configuration: try #require(configuration))
            let out = PayloadLab.receive(
                try PayloadLab.packets(path + ".rtp"),
                LATMDepacketizer(parameters, clockRate: 48_000))
            let isSame = out.map(\.bytes) == frames
            #expect(isSame)
        }
    }
}
