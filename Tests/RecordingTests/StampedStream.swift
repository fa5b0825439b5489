import Codecs
import Muxer
import RTP
import Timing

@testable import Recording

/// A camera whose every picture says which it is: frames in virtual time, few octets each, or many that
/// a seed makes up.
struct StampedStream {
    var framesPerSecond = 25
    var keyframeEvery = 25
    var byteCount = 64
    /// Its pictures are VP8 for WebM, and H.264 for all others.
    var container = Container.mpegts
    /// What its pictures consist of: without one, of always the same octet.
    var seed: UInt64?
    var start = Instant(nanoseconds: 1_000_000_000_000)

    static let sps: [UInt8] = [
        0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0x50, 0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00,
        0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x24, 0x80,
    ]
    static let pps: [UInt8] = [0x68, 0xCE, 0x3C, 0x80]
    static let format = TrackFormat.h264(parameterSets: [], framing: AccessUnit.framing)

    var format: TrackFormat { container == .webm ? .vp8(nil) : Self.format }

    func time(_ number: Int) -> Interval {
        Interval(nanoseconds: Int64(number) * 1_000_000_000 / Int64(framesPerSecond))
    }

    func picture(_ number: Int) -> AccessUnit {
        let isKeyframe = number % keyframeEvery == 0
        let rest = content(number)
        var unit = AccessUnit(
            timestamp: Int64(number), arrival: start + time(number),
            bytes: container == .webm
                ? Self.vp8(rest, isKeyframe: isKeyframe) : Self.h264(rest, isKeyframe: isKeyframe))
        unit.isKeyframe = isKeyframe
        return unit
    }

    /// A picture's octets, from its stamp on.
    func content(_ number: Int) -> [UInt8] {
        let stamp = Self.stamp(number)
        let count = max(0, byteCount - 1 - stamp.count)
        guard let seed else { return stamp + [UInt8](repeating: 0x5A, count: count) }
        var random = (seed &+ UInt64(number)) &* 0x9E37_79B9_7F4A_7C15 | 1
        let words = (0..<count / 8 + 1).map { _ in
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            // As in every H.264 stream no start code comes to be (ITU-T H.264 §7.4.1): of two
            // neighbours one is no zero.
            return random | 0x0400_0400_0400_0400
        }
        return stamp + words.withUnsafeBytes { Array($0.prefix(count)) }
    }

    private static func h264(_ rest: [UInt8], isKeyframe: Bool) -> [UInt8] {
        let slice = [isKeyframe ? 0x65 : 0x41] + rest
        let units = isKeyframe ? [sps, pps, slice] : [slice]
        return units.flatMap { unit in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: unit.count >> $0) } + unit
        }
    }

    private static func vp8(_ rest: [UInt8], isKeyframe: Bool) -> [UInt8] {
        (isKeyframe ? [0x10, 2, 0, 0x9D, 1, 0x2A, 0x40, 1, 0xB4, 0] : [0x11, 0, 0]) + rest
    }

    /// Eight digits without zeros.
    static func stamp(_ number: Int) -> [UInt8] {
        let digits = String(number)
        return Array("#\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits)!".utf8)
    }

    /// The stamps in octets, in order.
    static func stamps(in bytes: some Collection<UInt8>) -> [Int] {
        let bytes = Array(bytes)
        return bytes.indices.compactMap { index in
            guard bytes[index] == 0x23, index + 9 < bytes.count, bytes[index + 9] == 0x21 else {
                return nil
            }
            return Int(String(decoding: bytes[index + 1..<index + 9], as: UTF8.self))
        }
    }

    /// The stamps of a file's pictures.
    static func stamps(inFile bytes: [UInt8], _ container: Container) -> [Int] {
        guard container == .mpegts else { return stamps(in: bytes) }
        var demuxer = TransportStreamDemuxer()
        demuxer.receive(bytes.span.bytes)
        demuxer.finish()
        return demuxer.takeUnits().flatMap { stamps(in: $0.payload) }
    }
}

/// Files put together from a recording's events.
struct WrittenFiles {
    var files: [(data: [UInt8], index: [UInt8], parts: [IndexedPart])] = []
    var headers = 0
    var finished = 0

    mutating func take(_ recording: inout StreamRecording) {
        while let event = recording.nextEvent() {
            switch event {
            case .began: files.append(([], [], []))
            case .data(let chunk, _):
                guard !files.isEmpty else { continue }
                files[files.count - 1].data += chunk.bytes
                files[files.count - 1].index += chunk.index
                let head = chunk.indexHead
                files[files.count - 1].index.replaceSubrange(0..<head.count, with: head)
                files[files.count - 1].parts += chunk.parts
                headers += chunk.header == nil ? 0 : 1
            case .finished: finished += 1
            case .connected, .counted, .stalled, .leftOut, .interrupted, .note: continue
            }
        }
    }
}
