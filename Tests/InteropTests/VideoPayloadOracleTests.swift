import Codecs
import RTP
import Testing

/// H.265, VP8 and VP9 between us and ffmpeg, and between us and GStreamer, both ways.
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

        var testDescription: String { "\(codec)" }
    }

    enum Format: String { case h265 = "H265", vp8 = "VP8", vp9 = "VP9" }

    static let cases = [
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
        switch codec {
        case .h265: pictures(PayloadLab.units(try PayloadLab.read(path), .startCodes))
        case .vp8, .vp9: try PayloadLab.framesOfIVF(path)
        }
    }

    /// Whether a stream without a container holds what the file held.
    static func isSame(_ stream: String, as path: String, _ codec: Format) throws -> Bool {
        if codec == .h265 { return try contents(stream, codec) == contents(path, codec) }
        return try PayloadLab.read(stream) == contents(path, codec).flatMap { $0 }
    }

    /// What came out of packets, likewise, and which units were key frames.
    static func received(
        _ packets: [[UInt8]], _ codec: Format
    ) -> (contents: [[UInt8]], keyframes: [Int]) {
        let units =
            switch codec {
            case .h265: PayloadLab.receive(packets, H265Depacketizer())
            case .vp8: PayloadLab.receive(packets, VP8Depacketizer())
            case .vp9: PayloadLab.receive(packets, VP9Depacketizer())
            }
        let keyframes = units.indices.filter { units[$0].isKeyframe }
        guard codec == .h265 else { return (units.map(\.bytes), keyframes) }
        let all = units.flatMap { PayloadLab.units($0.bytes, AccessUnit.framing) }
        return (pictures(all), keyframes)
    }

    /// Slices alone; ffmpeg sends the first zero of the next start code along with the last one.
    static func pictures(_ units: [[UInt8]]) -> [[UInt8]] {
        units.filter { H265UnitType(octet: $0[0]).isPicture }.map { unit in
            Array(unit[...(unit.lastIndex { $0 != 0 } ?? 0)])
        }
    }

    /// Our packets of the file at `path`.
    static func packed(
        _ path: String, _ codec: Format, isFlexible: Bool = true
    ) throws -> PacketBatch {
        var (batch, time) = (PacketBatch(), UInt32(0))
        switch codec {
        case .h265:
            var packetizer = H265Packetizer(payloadType: 96, ssrc: 1, sequenceNumber: 65_500)
            let units = PayloadLab.units(try PayloadLab.read(path), .startCodes)
            var frame: [UInt8] = []
            for (index, unit) in units.enumerated() {
                frame += [0, 0, 0, 1] + unit
                let isLast =
                    index + 1 == units.count
                    || H265UnitType(octet: units[index + 1][0]) == .delimiter
                guard isLast else { continue }
                packetizer.packetize(
                    frame.span.bytes, framing: .startCodes, timestamp: time, into: &batch)
                (frame, time) = ([], time + 6_000)
            }
        case .vp8:
            var packetizer = VP8Packetizer(
                payloadType: 96, ssrc: 1, sequenceNumber: 65_500, pictureID: 0x7FF0)
            for frame in try PayloadLab.framesOfIVF(path) {
                packetizer.packetize(frame.span.bytes, timestamp: time, into: &batch)
                time += 6_000
            }
        case .vp9:
            var packetizer = VP9Packetizer(
                payloadType: 96, ssrc: 1, sequenceNumber: 65_500, pictureID: 0x7FF0,
                isFlexible: isFlexible)
            for frame in try PayloadLab.framesOfIVF(path) {
                packetizer.packetize(frame.span.bytes, timestamp: time, into: &batch)
                time += 6_000
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
                    + "clock-rate=90000,encoding-name=\(test.codec.rawValue),payload=96"
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
                    path + ".rtp", "video", test.codec.rawValue + "/90000", "", "-y", "-c", "copy",
                    "-copyinkf", "-f", test.codec == .h265 ? "hevc" : "rawvideo", path + ".out",
                ])
            let isSame = try Self.isSame(path + ".out", as: path, test.codec)
            #expect(isSame)
        }
    }
}

/// AV1 between us and Pion: neither Debian's ffmpeg nor its GStreamer carries AV1 in RTP.
@Suite(
    .tags(.interop),
    .enabled(if: Lab.has("ffmpeg") && Lab.hasPion, "needs ffmpeg, Go and Pion's libraries"))
struct AV1PayloadOracleTests {
    static let encoding = [
        "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-g", "10", "-b:v", "1M",
        "-f", "ivf",
    ]

    /// OBUs as Pion's side reads and writes them: a timestamp, a length, and the OBU.
    static func records(_ temporalUnits: [[UInt8]]) -> [UInt8] {
        temporalUnits.enumerated().flatMap { index, unit in
            PayloadLab.obus([unit]).flatMap { obu in
                [index * 6_000, obu.count].flatMap { value in
                    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
                } + obu
            }
        }
    }

    @Test func `Pion's payloads come out as they went in, and ours come out of Pion`() async throws
    {
        try await PayloadLab.inDirectory { directory in
            let path = directory + "/v"
            try await PayloadLab.encode(
                "testsrc2=size=640x360:rate=15", Self.encoding, to: path)
            let units = try PayloadLab.framesOfIVF(path)
            let records = Self.records(units)
            try PayloadLab.write(records, to: path + ".obu")
            try await PayloadLab.script(
                "pion_payloads.py", ["pack", path + ".obu", path + ".rtp"])
            let out = PayloadLab.receive(
                try PayloadLab.packets(path + ".rtp"), AV1Depacketizer())
            #expect(out.count == 30)
            #expect(out.indices.filter { out[$0].isKeyframe } == [0, 10, 20])
            let isSame = PayloadLab.obus(out.map(\.bytes)) == PayloadLab.obus(units)
            #expect(isSame)

            var packetizer = AV1Packetizer(payloadType: 96, ssrc: 1, sequenceNumber: 65_500)
            var batch = PacketBatch()
            for (index, unit) in units.enumerated() {
                packetizer.packetize(
                    unit.span.bytes, timestamp: UInt32(index) * 6_000, into: &batch)
            }
            try PayloadLab.write(batch, to: path + ".rtp")
            try await PayloadLab.script(
                "pion_payloads.py", ["unpack", path + ".rtp", path + ".out"])
            let isBack = try PayloadLab.read(path + ".out") == records
            #expect(isBack)
        }
    }
}
