import Codecs
import Muxer
import Pictures
import Recording

/// Small pictures of recordings, made when they are asked for and kept for a while.
actor Thumbnails {
    private let cutter: PieceCutter
    private let drawing = WorkQueue(name: "thumbnails", limit: 32)
    private var kept: [String: [UInt8]] = [:]
    private var order: [String] = []

    init(cutter: PieceCutter) { self.cutter = cutter }

    /// The key frame at or before `nanoseconds` of a file, as JPEG.
    func picture(of file: RecordedFile, at nanoseconds: Int64) async throws -> [UInt8] {
        guard let header = file.index.header, let place = file.entry(at: nanoseconds),
            let track = header.formats.firstIndex(where: { $0.kind == .video }),
            let (codec, sets) = Self.codec(of: header.formats[track])
        else { throw PieceCutter.Failure.missing }
        let segment = file.index.spans[place]
        let key = "\(file.file)/\(segment.offset)"
        if let known = kept[key] { return known }
        let fragments = try await cutter.fragments(of: segment, in: file)
        let picture = try await drawing.attempt {
            let octets = fragments.span.bytes
            let found =
                header.container == .webm
                ? ClusterWalk.firstSample(ofTrack: track + 1, in: octets)
                : FragmentWalk.firstSample(ofTrack: track + 1, in: octets)
            guard let sample = found else { throw PieceCutter.Failure.unplayable }
            let hasUnits = codec == .h264 || codec == .h265
            let frame = hasUnits ? Self.withStartCodes(sample, sets) : sample
            return try decodeKeyframe(frame, codec).scaled(toWidth: 320).jpeg()
        }
        keep(picture, under: key)
        return picture
    }

    private func keep(_ picture: [UInt8], under key: String) {
        guard kept.updateValue(picture, forKey: key) == nil else { return }
        order.append(key)
        if order.count > Self.limit { kept[order.removeFirst()] = nil }
    }

    private static func codec(of format: TrackFormat) -> (PictureCodec, [[UInt8]])? {
        switch format {
        case .h264(let sets, _): (.h264, sets)
        case .h265(let sets, _): (.h265, sets)
        case .vp8: (.vp8, [])
        case .vp9: (.vp9, [])
        case .av1: (.av1, [])
        case .aac, .opus, .mp3, .g711: nil
        }
    }

    /// Fragments have lengths of four octets where decoders want start codes.
    private static func withStartCodes(_ sample: [UInt8], _ sets: [[UInt8]]) -> [UInt8] {
        var octets: [UInt8] = []
        for unit in sets { octets += [0, 0, 0, 1] + unit }
        var units = NALUnits(sample.span.bytes, framing: .lengths(octets: 4))
        while let unit = units.next() {
            octets += [0, 0, 0, 1]
            unit.withUnsafeBytes { octets.append(contentsOf: $0) }
        }
        return octets
    }

    /// Pictures kept, of some 10 KB each.
    private static let limit = 1000
}
