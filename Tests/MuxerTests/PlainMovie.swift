import Wire

@testable import Muxer

/// A plain MP4 read by its tables alone, without the writer's help.
struct PlainMovie {
    struct Track {
        var samples: [FoundSample] = []
        /// Start and media time of each edit, the former in the movie's clock.
        var edits: [(duration: Int, mediaTime: Int)] = []
        var duration = 0
    }

    var tracks: [Track] = []
    var topLevel: [String] = []
    var timescale = 0

    init?(_ bytes: [UInt8]) {
        var offset = 0
        var moov: BoxTree?
        while offset < bytes.count {
            guard bytes.count - offset >= 16 else { return nil }
            func number(_ at: Int, _ octets: Int) -> Int {
                bytes[(offset + at)..<(offset + at + octets)].reduce(0) { $0 << 8 | Int($1) }
            }
            let size = number(0, 4) == 1 ? number(8, 8) : number(0, 4)
            guard size >= 8, size <= bytes.count - offset else { return nil }
            let type = String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self)
            topLevel.append(type)
            if type == "moov" {
                guard let box = BoxTree.parse(Array(bytes[offset..<offset + size])) else {
                    return nil
                }
                moov = box[0]
            }
            offset += size
        }
        guard let moov else { return nil }
        timescale = moov.children[0].number(at: 20, octets: 4)
        for trak in moov.children where trak.type == "trak" {
            guard let track = Self.read(trak, bytes) else { return nil }
            tracks.append(track)
        }
    }

    private static func read(_ trak: BoxTree, _ bytes: [UInt8]) -> Track? {
        var track = Track()
        let id = trak.children[0].number(at: 20, octets: 4)
        if let edits = trak.children.first(where: { $0.type == "edts" }) {
            let list = BoxTree.parse(edits.content)?.first
            for index in 0..<(list?.number(at: 4, octets: 4) ?? 0) {
                let place = 8 + index * 20
                let mediaTime = list?.number(at: place + 8, octets: 8) ?? 0
                track.edits.append((list?.number(at: place, octets: 8) ?? 0, mediaTime))
            }
        }
        guard let mdia = trak.children.first(where: { $0.type == "mdia" }),
            let stbl = mdia.children.first(where: { $0.type == "minf" })?.children
                .first(where: { $0.type == "stbl" })
        else { return nil }
        track.duration = mdia.children[0].number(at: 24, octets: 8)
        func table(_ type: String) -> BoxTree? { stbl.children.first { $0.type == type } }
        func runs(_ type: String) -> [Int] {
            guard let box = table(type) else { return [] }
            return (0..<box.number(at: 4, octets: 4)).flatMap { index in
                [Int](
                    repeating: box.number(at: 12 + index * 8, octets: 4),
                    count: box.number(at: 8 + index * 8, octets: 4))
            }
        }
        guard let sizes = table("stsz"), let offsets = table("co64"), let chunks = table("stsc")
        else { return nil }
        let (lengths, delays) = (runs("stts"), runs("ctts"))
        let keys = table("stss").map { box in
            Set((0..<box.number(at: 4, octets: 4)).map { box.number(at: 8 + $0 * 4, octets: 4) })
        }
        var (sample, ticks, run) = (0, 0, 0)
        for chunk in 0..<offsets.number(at: 4, octets: 4) {
            var place = offsets.number(at: 8 + chunk * 8, octets: 8)
            while run + 1 < chunks.number(at: 4, octets: 4),
                chunks.number(at: 8 + (run + 1) * 12, octets: 4) <= chunk + 1
            {
                run += 1
            }
            for _ in 0..<chunks.number(at: 12 + run * 12, octets: 4) {
                guard sample < lengths.count else { return nil }
                let size = sizes.number(at: 12 + sample * 4, octets: 4)
                track.samples.append(
                    FoundSample(
                        track: id, decodeTicks: ticks,
                        compositionOffset: delays.isEmpty ? 0 : delays[sample],
                        isKeyframe: keys?.contains(sample + 1) ?? true,
                        payload: Array(bytes[place..<place + size])))
                place += size
                ticks += lengths[sample]
                sample += 1
            }
        }
        guard sample == sizes.number(at: 8, octets: 4), sample == lengths.count else { return nil }
        return track
    }
}

/// What a file is after its closing, and how much was written at its head.
func closed(
    _ file: [UInt8], index: [UInt8], writingHead: Bool = true, pieceByteCount: Int = 1 << 18
) throws -> (bytes: [UInt8], head: Int) {
    var closing = try MovieClosing(index.span.bytes, pieceByteCount: pieceByteCount)
    var bytes = Array(file[..<Int(closing.partsEnd)])
    bytes += [UInt8](repeating: 0xEE, count: Int(closing.fileEnd) - bytes.count)
    while let piece = closing.next() {
        bytes.replaceSubrange(
            Int(piece.offset)..<Int(piece.offset) + piece.bytes.count, with: piece.bytes)
    }
    let head = closing.head
    if writingHead { bytes.replaceSubrange(0..<head.bytes.count, with: head.bytes) }
    return (bytes, Int(head.offset) + head.bytes.count)
}
