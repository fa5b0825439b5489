import Codecs
import Glibc
import Muxer
import Timing
import Wire

/// A recording of many hours with an index of all of it, of which only some segments are really on the
/// disk: those that are asked for. The rest is a hole, for a day of 2 Mbit/s is 21 GB.
struct LongRecording {
    let hours: Int
    let container: Container
    let directory: String

    /// Segments of two seconds.
    private var segmentCount: Int { hours * 1800 }
    /// Every so many segments one is on the disk.
    private var stride: Int { max(segmentCount / Self.kept, 1) }

    var file: String { "day_20260101_000000." + container.fileExtension }

    /// Records it: 2 Mbit/s of 30 pictures a second, a key frame each two seconds, and 64 kbit/s of AAC.
    ///
    /// - Returns: Where the segments lie that can be read.
    func record() throws -> [Range<UInt64>] {
        guard let aac = AudioSpecificConfig(sampleRate: 48_000, channelCount: 2) else { return [] }
        let framing: NALUnitFraming = container == .mpegts ? .startCodes : .lengths(octets: 4)
        let sets: [[UInt8]] = [Self.sps, [0x68, 0xCE, 0x3C, 0x80]]
        var writer = try SegmentWriter(
            [.h264(parameterSets: sets, framing: framing), .aac(aac)], container: container)
        writer.wallClock = 1_767_225_600_000_000_000
        let data = open(directory + "/" + file, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
        let sidecar = open(directory + "/" + file + ".index", O_CREAT | O_TRUNC | O_WRONLY, 0o600)
        guard data >= 0, sidecar >= 0 else { return [] }
        defer {
            close(data)
            close(sidecar)
        }
        let source = Source(sets: sets, framing: framing)
        var (output, written, indexed) = (ByteWriter(), UInt64(0), UInt64(0))
        var kept: [Range<UInt64>] = []
        for segment in 0..<segmentCount {
            try source.write(segment, to: &writer, into: &output)
            if isNear(segment) { put(output.bytes, data, at: written) }
            var records: [UInt8] = []
            for part in writer.takeParts() {
                records += part.record
                if isKept(segment), part.part.isIndependent {
                    kept.append(part.part.offset..<part.part.end)
                }
            }
            put(records, sidecar, at: indexed)
            indexed += UInt64(records.count)
            written += UInt64(output.count)
            output.removeAll()
        }
        writer.end(into: &output)
        put(output.bytes, data, at: written)
        let rest = writer.takeParts().flatMap(\.record) + Array("\u{7F}whole\r\n".utf8)
        put(rest, sidecar, at: indexed)
        fsync(data)
        return kept
    }

    private func isKept(_ segment: Int) -> Bool { segment % stride == stride / 2 }

    /// Its neighbours too: sound begins in the one before, and a part may end in the one behind.
    private func isNear(_ segment: Int) -> Bool {
        segment < 2 || [segment - 1, segment, segment + 1].contains { isKept($0) }
    }

    private func put(_ bytes: [UInt8], _ file: Int32, at offset: UInt64) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(
                    file, $0.baseAddress.map { $0 + done }, $0.count - done,
                    off_t(offset) + off_t(done))
            }
            guard count > 0 else { exit(1) }
            done += count
        }
    }

    private static let kept = 200
    private static let sps: [UInt8] = [
        0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0x50, 0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00,
        0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x24, 0x80,
    ]
}

/// Two seconds of samples at a time.
private struct Source {
    private let key: [UInt8]
    private let other: [UInt8]
    private let sound = [UInt8](repeating: 0x21, count: 170)

    init(sets: [[UInt8]], framing: NALUnitFraming) {
        key = Self.picture(0x65, 40_000, sets, framing)
        other = Self.picture(0x41, 7_700, [], framing)
    }

    func write(
        _ segment: Int, to writer: inout SegmentWriter, into output: inout ByteWriter
    ) throws(MuxerError) {
        for number in segment * 60..<(segment + 1) * 60 {
            let time = Self.time(number, 1_000_000_000, 30)
            let sample = Sample(track: 0, time: time, isKeyframe: number % 60 == 0)
            let payload = sample.isKeyframe ? key : other
            _ = try writer.write(sample, payload: payload.span.bytes, into: &output)
            // The frames of sound that are heard until the next picture.
            let first = (number * 1600 + 1023) / 1024
            for frame in first..<((number + 1) * 1600 + 1023) / 1024 {
                _ = try writer.write(
                    Sample(track: 1, time: Self.time(frame, 1_024_000_000_000, 48_000)),
                    payload: sound.span.bytes, into: &output)
            }
        }
    }

    private static func time(_ number: Int, _ numerator: Int64, _ denominator: Int64) -> Interval {
        Interval(nanoseconds: Int64(number) * numerator / denominator)
    }

    private static func picture(
        _ kind: UInt8, _ count: Int, _ sets: [[UInt8]], _ framing: NALUnitFraming
    ) -> [UInt8] {
        (sets + [[kind] + [UInt8](repeating: 0x5A, count: count)]).flatMap { unit -> [UInt8] in
            guard framing != .startCodes else { return [0, 0, 0, 1] + unit }
            return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: unit.count >> $0) } + unit
        }
    }
}
