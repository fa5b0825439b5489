import Codecs
import Foundation
import RTP
import Testing
import Timing

/// Payloads of GStreamer read by us and ours read by GStreamer, by way of files (RFC 4571 framing).
@Suite(
    .tags(.interop),
    .enabled(if: Lab.has("ffmpeg") && Lab.has("gst-launch-1.0"), "needs ffmpeg and GStreamer"))
struct PayloadOracleTests {
    static func inDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "/sluice-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    static func encode(_ input: String, _ arguments: [String], to path: String) async throws {
        let (output, code) = try await run(
            "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", input, "-t", "2"] + arguments + [path])
        try #require(code == 0, "\(output)")
    }

    static func launch(_ pipeline: String) async throws {
        let (output, code) = try await run(
            "timeout",
            ["30", "gst-launch-1.0", "-q"] + pipeline.split(separator: " ").map(String.init))
        try #require(code == 0, "\(output)")
    }

    static func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// The packets of a file, each after its length in two octets.
    static func packets(_ path: String) throws -> [[UInt8]] {
        var rest = try read(path)[...]
        var packets: [[UInt8]] = []
        while rest.count >= 2 {
            let count = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            packets.append(Array(rest.dropFirst(2).prefix(count)))
            rest = rest.dropFirst(2 + count)
        }
        return packets
    }

    static func units(_ bytes: [UInt8], _ framing: NALUnitFraming) -> [[UInt8]] {
        var walk = NALUnits(bytes.span.bytes, framing: framing)
        var units: [[UInt8]] = []
        while let unit = walk.next() { units.append(unit.withUnsafeBytes { Array($0) }) }
        return units
    }

    static func receive<Format: Depacketizer>(
        _ packets: [[UInt8]], _ depacketizer: Format
    ) -> [Format.Unit] {
        var receiver = TrackReceiver(depacketizer, payloadType: 96)
        var units: [Format.Unit] = []
        for packet in packets {
            receiver.receive(packet.span.bytes, at: Instant(nanoseconds: 0))
            while let unit = receiver.next() { units.append(unit) }
        }
        return units
    }

    static let video = [
        "-c:v", "libx264", "-preset", "veryfast", "-g", "10", "-bf", "0", "-slices", "3",
        "-bsf:v", "h264_metadata=aud=insert", "-f", "h264",
    ]

    @Test(arguments: ["none", "zero-latency", "max-stap"])
    func `GStreamer's H 264 payloads come out as they went in, though time stands still`(
        mode: String
    ) async throws {
        try await Self.inDirectory { directory in
            let path = directory + "/v"
            try await Self.encode("testsrc2=size=640x360:rate=15", Self.video, to: path)
            try await Self.launch(
                "filesrc location=\(path) ! h264parse ! rtph264pay mtu=1200 aggregate-mode=\(mode)"
                    + " config-interval=-1 seqnum-offset=65530 timestamp-offset=4294960000"
                    + " ! rtpstreampay ! filesink location=\(path).rtp")
            let out = Self.receive(try Self.packets(path + ".rtp"), H264Depacketizer())
            let original = Self.units(try Self.read(path), .startCodes)
            let pictures = { (units: [[UInt8]]) in
                units.filter { H264UnitType(octet: $0[0]).isPicture }
            }
            let isSame =
                pictures(out.flatMap { Self.units($0.bytes, AccessUnit.framing) })
                == pictures(original)
            #expect(isSame)
            #expect(out.count == 30)
            #expect(out.indices.filter { out[$0].isKeyframe } == [0, 10, 20])
        }
    }

    @Test func `our H 264 payloads come out of GStreamer as they went in`() async throws {
        try await Self.inDirectory { directory in
            let path = directory + "/v"
            try await Self.encode("testsrc2=size=640x360:rate=15", Self.video, to: path)
            let units = Self.units(try Self.read(path), .startCodes)
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
            var file: [UInt8] = []
            for index in 0..<batch.count {
                let packet = batch.packet(at: index).withUnsafeBytes { Array($0) }
                file += [UInt8(packet.count >> 8), UInt8(packet.count & 0xFF)] + packet
            }
            try Data(file).write(to: URL(fileURLWithPath: path + ".rtp"))
            try await Self.launch(
                "filesrc location=\(path).rtp ! application/x-rtp-stream,media=video,"
                    + "clock-rate=90000,encoding-name=H264,payload=96 ! rtpstreamdepay"
                    + " ! rtph264depay ! video/x-h264,stream-format=byte-stream"
                    + " ! filesink location=\(path).out")
            let isSame = Self.units(try Self.read(path + ".out"), .startCodes) == units
            #expect(isSame)
        }
    }

    static func framesOfADTS(_ path: String) throws -> (
        frames: [[UInt8]], config: AudioSpecificConfig?
    ) {
        var rest = try read(path)[...]
        var (frames, configuration) = ([[UInt8]](), AudioSpecificConfig?.none)
        while !rest.isEmpty {
            let header = try ADTSHeader(parsing: Array(rest).span.bytes)
            frames.append(Array(rest.prefix(header.frameByteCount).dropFirst(header.byteCount)))
            rest = rest.dropFirst(header.frameByteCount)
            configuration = AudioSpecificConfig(sampleRate: header.sampleRate, channelCount: 2)
        }
        return (frames, configuration)
    }

    /// One frame in several packets, one in each, and many in one.
    @Test(arguments: ["mtu=100", "", "max-ptime=100000000"])
    func `GStreamer's AAC payloads come out as they went in`(options: String) async throws {
        try await Self.inDirectory { directory in
            let path = directory + "/a"
            try await Self.encode(
                "sine=440:r=48000", ["-c:a", "aac", "-ac", "2", "-f", "adts"], to: path)
            let (frames, configuration) = try Self.framesOfADTS(path)
            try await Self.launch(
                "filesrc location=\(path) ! aacparse ! rtpmp4gpay \(options)"
                    + " ! rtpstreampay ! filesink location=\(path).rtp")
            let parameters = MPEG4GenericParameters(configuration: try #require(configuration))
            let out = Self.receive(
                try Self.packets(path + ".rtp"), AACDepacketizer(parameters, clockRate: 48_000))
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
        try await Self.inDirectory { directory in
            let path = directory + "/a"
            try await Self.encode(
                "sine=440:r=48000", ["-c:a", "aac", "-ac", "2", "-f", "adts"], to: path)
            let (frames, configuration) = try Self.framesOfADTS(path)
            try await Self.launch(
                "filesrc location=\(path) ! aacparse ! rtpmp4apay \(options)"
                    + " ! rtpstreampay ! filesink location=\(path).rtp")
            let parameters = LATMParameters(configuration: try #require(configuration))
            let out = Self.receive(
                try Self.packets(path + ".rtp"), LATMDepacketizer(parameters, clockRate: 48_000))
            let isSame = out.map(\.bytes) == frames
            #expect(isSame)
        }
    }
}
