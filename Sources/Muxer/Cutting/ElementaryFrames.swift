import Codecs
import Timing
import Wire

extension TrackFormat {
    /// Whether a transport stream's frames of it may begin in one packet and end in the next.
    public var isCutWherePacketsEnd: Bool {
        switch self {
        case .aac, .mp3: true
        case .h264, .h265, .vp8, .vp9, .av1, .opus, .g711: false
        }
    }
}

/// Gathers the frames of one track of sound from a transport stream's packets, in which frames may
/// begin in one and end in the next.
struct ElementaryFrames {
    /// A frame that is whole, without the header a stream wants before it.
    struct Frame: Hashable {
        var stamp: UInt64
        var payload: [UInt8]
    }

    private let format: TrackFormat
    private var pending: [UInt8] = []
    /// Of the frame that `pending` begins with.
    private var stamp: UInt64?

    init(_ format: TrackFormat) { self.format = format }

    /// Takes a packet's octets, and hands out the frames that end in it.
    mutating func receive(_ unit: TransportStreamDemuxer.Unit) -> [Frame] {
        var frames: [Frame] = []
        // The packet's time is that of the first frame that begins in it.
        var next = unit.presentationStamp
        let carried = pending.count
        pending += unit.payload
        var offset = 0
        if stamp == nil, carried == 0 {
            guard let start = firstFrame(in: pending) else { return drop() }
            offset = start
        }
        while offset < pending.count {
            let isNew = offset >= carried
            if isNew, let first = next { (stamp, next) = (first, nil) }
            guard let present = stamp else { return drop() }
            guard let head = head(at: offset) else { break }
            guard case .frame(let frame) = head else { return frames + drop() }
            guard offset + frame.byteCount <= pending.count else { break }
            let body = offset + frame.headerByteCount..<offset + frame.byteCount
            frames.append(Frame(stamp: present, payload: Array(pending[body])))
            offset += frame.byteCount
            stamp = present &+ UInt64(frame.ticks)
        }
        pending.removeFirst(offset)
        if pending.isEmpty { stamp = nil }
        return frames
    }

    private mutating func drop() -> [Frame] {
        pending.removeAll()
        stamp = nil
        return []
    }

    private struct Extent {
        var headerByteCount: Int
        var byteCount: Int
        var ticks: Int64
    }

    /// What stands where a frame should begin.
    private enum Head {
        case frame(Extent)
        case noFrame
    }

    /// - Returns: `nil` where more octets are wanted.
    private func head(at offset: Int) -> Head? {
        let rest = pending.span.bytes.extracting(offset..<pending.count)
        switch format {
        case .aac(let configuration):
            guard rest.byteCount >= 9 else { return nil }
            guard let header = try? ADTSHeader(parsing: rest) else { return .noFrame }
            let duration = Interval.samples(
                configuration.samplesPerFrame, rate: configuration.sampleRate)
            let extent = Extent(
                headerByteCount: header.byteCount, byteCount: header.frameByteCount,
                ticks: duration.ticks90)
            return .frame(extent)
        case .mp3:
            guard rest.byteCount >= 4 else { return nil }
            guard let header = try? MPEGAudioHeader(parsing: rest) else { return .noFrame }
            let duration = Interval.samples(header.sampleCount, rate: header.sampleRate)
            // The header belongs to the frame.
            let extent = Extent(
                headerByteCount: 0, byteCount: header.frameByteCount, ticks: duration.ticks90)
            return .frame(extent)
        case .opus: return opusFrame(rest)
        case .h264, .h265, .vp8, .vp9, .av1, .g711: return .noFrame
        }
    }

    /// The control header's size is in octets of 255 and a rest.
    private func opusFrame(_ rest: RawSpan) -> Head? {
        var reader = ByteReader(rest)
        guard let prefix = try? reader.readUInt16() else { return nil }
        guard prefix & 0xFFE0 == 0x7FE0, prefix & 0x18 == 0 else { return .noFrame }
        var size = 0
        while true {
            guard let octet = try? reader.readUInt8() else { return nil }
            size += Int(octet)
            if octet < 255 { break }
        }
        let header = reader.offset
        guard let payload = try? reader.read(size) else { return nil }
        guard let duration = format.frameDuration(of: payload) else { return .noFrame }
        let extent = Extent(
            headerByteCount: header, byteCount: header + size, ticks: duration.ticks90)
        return .frame(extent)
    }

    /// Where the first frame begins in a packet that may begin within one: where two headers follow
    /// each other as the first says.
    private func firstFrame(in octets: [UInt8]) -> Int? {
        guard format.isCutWherePacketsEnd else { return 0 }
        let span = octets.span.bytes
        for offset in octets.indices.dropLast(3) where octets[offset] == 0xFF {
            guard let count = byteCount(of: span.extracting(offset..<octets.count)) else {
                continue
            }
            let next = offset + count
            if next == octets.count { return offset }
            guard next < octets.count else { continue }
            let following = span.extracting(next..<octets.count)
            if following.byteCount < Self.leastHeader || byteCount(of: following) != nil {
                return offset
            }
        }
        return nil
    }

    /// Octets of the frame that begins here, by its header; `nil` where there is none.
    private func byteCount(of rest: RawSpan) -> Int? {
        if case .mp3 = format { return (try? MPEGAudioHeader(parsing: rest))?.frameByteCount }
        return (try? ADTSHeader(parsing: rest))?.frameByteCount
    }

    /// Octets of the longest of these headers: of what is shorter nothing can be said.
    private static let leastHeader = 7
}
