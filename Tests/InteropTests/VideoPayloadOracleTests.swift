import Codecs
import RTP
import Testing

/// H.264, H.265, VP8 and VP9 between us and ffmpeg, and between us and GStreamer, both ways.
@Suite(
    .tags(.interop),
    .enabled(if: Lab.has("ffmpeg") && Lab.has("gst-launch-1.0"), "needs ffmpeg and GStreamer"))
struct VideoPayloadOracleTests {
    /// What is tried with one codec.
    struct Case: Sendable, CustomTestStringConvertible {
        var codec: Format
        var encoding: [String]
        /// GStreamer's elements from the file to the payloader.
        var payloader: String
        var depayloader: String
        /// What ffmpeg wants to be told.
        var ffmpeg: [String] = []
        /// What SDP says of the format.
        var format = ""

        var testDescription: String { "\(codec)" }
    }

    enum Format {
        case h264, h264Mode0, h265, vp8, vp9

        /// What SDP calls it.
        var name: String {
            switch self {
            case .h264, .h264Mode0: "H264"
            case .h265: "H265"
            case .vp8: "VP8"
            case .vp9: "VP9"
            }
        }

        /// What ffmpeg calls a file of it without a container.
        var container: String {
            switch self {
            case .h264, .h264Mode0: "h264"
            case .h265: "hevc"
            case .vp8, .vp9: "rawvideo"
            }
        }

        /// Whether a file is of NAL units; otherwise it is of frames.
        var hasUnits: Bool { container != "rawvideo" }

        func isPicture(_ octet: UInt8) -> Bool {
            self == .h265
                ? H265UnitType(octet: octet).isPicture : H264UnitType(octet: octet).isPicture
        }

        func isDelimiter(_ octet: UInt8) -> Bool {
            self == .h265
                ? H265UnitType(octet: octet) == .delimiter
                : H264UnitType(octet: octet) == .delimiter
        }
    }

    static let cases = [
        Case(
            codec: .h264,
            encoding: [
                "-c:v", "libx264", "-preset", "veryfast", "-g", "10", "-bf", "0", "-slices", "3",
                "-bsf:v", "h264_metadata=aud=insert", "-f", "h264",
            ],
            payloader: "h264parse ! rtph264pay mtu=1200 aggregate-mode=zero-latency",
            depayloader: "rtph264depay ! video/x-h264,stream-format=byte-stream",
            format: "packetization-mode=1"),
        Case(
            codec: .h264Mode0,  // slices that fit into packets, one in each
            encoding: [
                "-c:v", "libx264", "-preset", "veryfast", "-g", "10", "-bf", "0", "-x264-params",
                "slice-max-size=1000", "-bsf:v", "h264_metadata=aud=insert", "-f", "h264",
            ],
            payloader: "h264parse ! rtph264pay mtu=1200 aggregate-mode=none",
            depayloader: "rtph264depay ! video/x-h264,stream-format=byte-stream",
            ffmpeg: ["-rtpflags", "h264_mode0"], format: "packetization-mode=0"),
        Case(
            codec: .h265,
            encoding: [
                "-c:v", "libx265", "-x265-params", "log-level=none:keyint=10:slices=3:bframes=0",
                "-bsf:v", "hevc_metadata=aud=insert", "-f", "hevc",
            ],
            payloader: "h265parse ! rtph265pay mtu=1200 aggregate-mode=max",
            depayloader: "rtph265depay ! video/x-h265,stream-format=byte-stream"),
        Case(
            codec: .vp8,
            encoding: [
                "-c:v", "libvpx", "-g", "10", "-deadline", "realtime", "-cpu-used", "8",
                "-b:v", "1M", "-f", "ivf",
            ],
            payloader: "ivfparse ! rtpvp8pay mtu=1200 picture-id-mode=2",
            depayloader: "rtpvp8depay"),
        Case(
            codec: .vp9,
            encoding: [
                "-c:v", "libvpx-vp9", "-g", "10", "-deadline", "realtime", "-cpu-used", "8",
                "-b:v", "1M", "-f", "ivf",
            ],
            payloader: "ivfparse ! vp9parse ! rtpvp9pay mtu=1200 picture-id-mode=2",
            depayloader: "rtpvp9depay", ffmpeg: ["-strict", "experimental"]),
    ]

    /// Runs `body` with a file of thirty frames, a key frame each ten.
    static func withClip(_ test: Case, _ body: (String) async throws -> Void) async throws {
        try await PayloadLab.inDirectory { directory in
            let path = directory + "/v"
            try await PayloadLab.encode(
                "testsrc2=size=640x360:rate=15", test.encoding, to: path)
            try await body(path)
        }
    }

    /// What a file holds: NAL units of pictures, or frames.
    static func contents(_ path: String, _ codec: Format) throws -> [[UInt8]] {
        guard codec.hasUnits else { return try PayloadLab.framesOfIVF(path) }
        return pictures(PayloadLab.units(try PayloadLab.read(path), .startCodes), codec)
    }

    /// Whether a stream without a container holds what the file held.
    static func isSame(_ stream: String, as path: String, _ codec: Format) throws -> Bool {
        if codec.hasUnits { return try contents(stream, codec) == contents(path, codec) }
        return try PayloadLab.read(stream) == contents(path, codec).flatMap { $0 }
    }

    /// What came out of packets, likewise, and which units were key frames.
    static func received(
        _ packets: [[UInt8]], _ codec: Format
    ) -> (contents: [[UInt8]], keyframes: [Int]) {
        let units =
            switch codec {
            case .h264, .h264Mode0: PayloadLab.receive(packets, H264Depacketizer())
            case .h265: PayloadLab.receive(packets, H265Depacketizer())
            case .vp8: PayloadLab.receive(packets, VP8Depacketizer())
            case .vp9: PayloadLab.receive(packets, VP9Depacketizer())
            }
        let keyframes = units.indices.filter { units[$0].isKeyframe }
        guard codec.hasUnits else { return (units.map(\.bytes), keyframes) }
        let all = units.flatMap { PayloadLab.units($0.bytes, AccessUnit.framing) }
        return (pictures(all, codec), keyframes)
    }

    /// Slices alone; ffmpeg sends the first zero of the next start code along with the last one.
    static func pictures(_ units: [[UInt8]], _ codec: Format) -> [[UInt8]] {
        units.filter { codec.isPicture($0[0]) }.map { unit in
            Array(unit[...(unit.lastIndex { $0 != 0 } ?? 0)])
        }
    }

    /// The frames of a file, those of NAL units with start codes.
    static func frames(_ path: String, _ codec: Format) throws -> [[UInt8]] {
        guard codec.hasUnits else { return try PayloadLab.framesOfIVF(path) }
        var frames: [[UInt8]] = []
        for unit in PayloadLab.units(try PayloadLab.read(path), .startCodes) {
            if codec.isDelimiter(unit[0]) { frames.append([]) }
            frames[frames.count - 1] += [0, 0, 0, 1] + unit
        }
        return frames
    }

    /// Our packets of the file at `path`.
    static func packed(
        _ path: String, _ codec: Format, isFlexible: Bool = true
    ) throws -> PacketBatch {
        var batch = PacketBatch()
        var configuration = H264Packetizer.Configuration()
        configuration.isNonInterleaved = codec != .h264Mode0
        var (h264, h265, vp8, vp9) = (
            H264Packetizer(
                payloadType: 96, ssrc: 1, sequenceNumber: 65_500, configuration: configuration),
            H265Packetizer(payloadType: 96, ssrc: 1, sequenceNumber: 65_500),
            VP8Packetizer(payloadType: 96, ssrc: 1, sequenceNumber: 65_500, pictureID: 0x7FF0),
            VP9Packetizer(
                payloadType: 96, ssrc: 1, sequenceNumber: 65_500, pictureID: 0x7FF0,
                isFlexible: isFlexible)
        )
        for (index, frame) in try frames(path, codec).enumerated() {
            let bytes = frame.span.bytes
            let time = UInt32(index) * 6_000
            switch codec {
            case .h264, .h264Mode0:
                h264.packetize(bytes, framing: .startCodes, timestamp: time, into: &batch)
            case .h265:
                h265.packetize(bytes, framing: .startCodes, timestamp: time, into: &batch)
            case .vp8: vp8.packetize(bytes, timestamp: time, into: &batch)
            case .vp9: vp9.packetize(bytes, timestamp: time, into: &batch)
            }
        }
        return batch
    }

    @Test(arguments: cases)
    func `GStreamer's payloads come out as they went in`(test: Case) async throws {
        try await Self.withClip(test) { path in
            try await PayloadLab.launch(
                "filesrc location=\(path) ! \(test.payloader) seqnum-offset=65530"
                    + " timestamp-offset=4294960000 ! rtpstreampay ! filesink location=\(path).rtp")
            let out = Self.received(try PayloadLab.packets(path + ".rtp"), test.codec)
            let isSame = out.contents == (try Self.contents(path, test.codec))
            #expect(isSame)
            #expect(out.keyframes == [0, 10, 20])
        }
    }

    @Test(arguments: cases)
    func `ffmpeg's payloads come out as they went in`(test: Case) async throws {
        try await Self.withClip(test) { path in
            let packets = try await PayloadLab.packetsOfFFmpeg(
                ["-i", path] + test.ffmpeg, path + ".rtp")
            let out = Self.received(packets, test.codec)
            let isSame = out.contents == (try Self.contents(path, test.codec))
            #expect(isSame)
            #expect(out.keyframes == [0, 10, 20])
        }
    }

    @Test(arguments: cases)
    func `our payloads come out of GStreamer as they went in`(test: Case) async throws {
        try await Self.withClip(test) { path in
            try PayloadLab.write(Self.packed(path, test.codec), to: path + ".rtp")
            try await PayloadLab.launch(
                "filesrc location=\(path).rtp ! application/x-rtp-stream,media=video,"
                    + "clock-rate=90000,encoding-name=\(test.codec.name),payload=96"
                    + " ! rtpstreamdepay ! \(test.depayloader) ! filesink location=\(path).out")
            let isSame = try Self.isSame(path + ".out", as: path, test.codec)
            #expect(isSame)
        }
    }

    @Test(arguments: cases)
    func `our payloads come out of ffmpeg as they went in`(test: Case) async throws {
        try await Self.withClip(test) { path in
            try PayloadLab.write(
                Self.packed(path, test.codec, isFlexible: false), to: path + ".rtp")
            try await PayloadLab.script(
                "rtp_to_ffmpeg.py",
                [
                    path + ".rtp", "video", test.codec.name + "/90000", test.format, "-y", "-c",
                    "copy",
                    "-copyinkf", "-f", test.codec.container, path + ".out",
                ])
            let isSame = try Self.isSame(path + ".out", as: path, test.codec)
            #expect(isSame)
        }
    }
}
