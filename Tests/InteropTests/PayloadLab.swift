import Codecs
import Foundation
import RTP
import Testing
import Timing

/// Files of packets (RFC 4571 framing) and of what they were made of, for the payload formats' oracles.
enum PayloadLab {
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

    /// The packets of `batch`, each behind its length in two octets.
    static func write(_ batch: PacketBatch, to path: String) throws {
        var file: [UInt8] = []
        for index in 0..<batch.count {
            let packet = batch.packet(at: index).withUnsafeBytes { Array($0) }
            file += [UInt8(packet.count >> 8), UInt8(packet.count & 0xFF)] + packet
        }
        try write(file, to: path)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    /// Runs a script beside these files.
    static func script(_ name: String, _ arguments: [String]) async throws {
        let path = Lab.root + "/Tests/InteropTests/Support/" + name
        let (output, code) = try await run(
            "timeout", ["-k", "5", "90", CameraTests.systemPython, path] + arguments)
        try #require(code == 0, "\(name): \(output)")
    }

    /// What ffmpeg's packetizer makes of `input`, as payload type 96.
    static func packetsOfFFmpeg(_ input: [String], _ path: String) async throws -> [[UInt8]] {
        try await script(
            "rtp_from_ffmpeg.py", [path, "-y"] + input + ["-c", "copy", "-payload_type", "96"])
        return try packets(path)
    }

    // MARK: - Containers

    /// The frames of an IVF file.
    static func framesOfIVF(_ path: String) throws -> [[UInt8]] {
        var rest = try read(path).dropFirst(32)
        var frames: [[UInt8]] = []
        while rest.count >= 12 {
            let count = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            frames.append(Array(rest.dropFirst(12).prefix(count)))
            rest = rest.dropFirst(12 + count)
        }
        return frames
    }

    /// The packets of an Ogg file of one stream, its headers left out (RFC 3533 §6).
    static func framesOfOgg(_ path: String) throws -> [[UInt8]] {
        var rest = try read(path)[...]
        var (frames, open) = ([[UInt8]](), [UInt8]())
        while rest.count > 27 {
            let segments = Array(rest.dropFirst(27).prefix(Int(rest[rest.startIndex + 26])))
            rest = rest.dropFirst(27 + segments.count)
            for count in segments {
                open += rest.prefix(Int(count))
                rest = rest.dropFirst(Int(count))
                guard count < 255 else { continue }
                frames.append(open)
                open = []
            }
        }
        return frames.filter { !$0.starts(with: Array("Opus".utf8)) }
    }

    /// The elements of a LOAS file: each behind eleven bits of sync and thirteen of length.
    static func elementsOfLOAS(_ path: String) throws -> [[UInt8]] {
        var rest = try read(path)[...]
        var elements: [[UInt8]] = []
        while rest.count > 3 {
            let head = Array(rest.prefix(3))
            let count = Int(head[1] & 0x1F) << 8 | Int(head[2])
            elements.append(Array(rest.dropFirst(3).prefix(count)))
            rest = rest.dropFirst(3 + count)
        }
        return elements
    }

    /// The OBUs of temporal units, without sizes and without delimiters.
    static func obus(_ temporalUnits: [[UInt8]]) -> [[UInt8]] {
        temporalUnits.flatMap { temporalUnit in
            var (walk, found) = (AV1OBUs(temporalUnit.span.bytes), [[UInt8]]())
            while let unit = walk.next() {
                guard unit.header.type != .temporalDelimiter else { continue }
                var obu = unit.bytes.withUnsafeBytes { Array($0.prefix(unit.header.byteCount)) }
                obu[0] &= ~0x02
                unit.payload.withUnsafeBytes { obu += $0 }
                found.append(obu)
            }
            return found
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
}
