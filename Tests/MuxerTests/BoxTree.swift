import Wire

/// A box of an MP4 file with those inside it, read without the writer's help.
struct BoxTree {
    let type: String
    let offset: Int
    /// What lies behind size and type.
    let content: [UInt8]
    let children: [BoxTree]

    /// Reads boxes until the octets end; `nil` when they end within one.
    static func parse(_ bytes: [UInt8], at base: Int = 0) -> [BoxTree]? {
        var boxes: [BoxTree] = []
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset >= 8 else { return nil }
            let size = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            guard size >= 8, size <= bytes.count - offset else { return nil }
            let type = String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self)
            let content = Array(bytes[offset + 8..<offset + size])
            let inner = containers.contains(type) ? parse(content, at: base + offset + 8) : []
            guard let inner else { return nil }
            boxes.append(
                BoxTree(type: type, offset: base + offset, content: content, children: inner))
            offset += size
        }
        return boxes
    }

    func number(at offset: Int, octets: Int) -> Int {
        content[offset..<offset + octets].reduce(0) { $0 << 8 | Int($1) }
    }

    private static let containers = [
        "moov", "trak", "mdia", "minf", "dinf", "stbl", "mvex", "moof", "traf",
    ]
}

/// One sample as a fragmented movie tells it.
struct FoundSample: Hashable {
    var track: Int
    var decodeTicks: Int
    var compositionOffset: Int
    var isKeyframe: Bool
    var payload: [UInt8]
}

/// Reads every sample of a fragmented movie back, from the boxes alone.
func movieSamples(of bytes: [UInt8]) -> [FoundSample]? {
    guard let boxes = BoxTree.parse(bytes) else { return nil }
    var defaults: [Int: (duration: Int, flags: Int)] = [:]
    for box in boxes where box.type == "moov" {
        for trex in box.children.filter({ $0.type == "mvex" }).flatMap(\.children) {
            defaults[trex.number(at: 4, octets: 4)] = (
                trex.number(at: 12, octets: 4), trex.number(at: 20, octets: 4)
            )
        }
    }
    var found: [FoundSample] = []
    for fragment in boxes where fragment.type == "moof" {
        for run in fragment.children where run.type == "traf" {
            found += runSamples(run, fragment, defaults, bytes)
        }
    }
    return found
}

private func runSamples(
    _ traf: BoxTree, _ moof: BoxTree, _ defaults: [Int: (duration: Int, flags: Int)],
    _ bytes: [UInt8]
) -> [FoundSample] {
    let (header, time, run) = (traf.children[0], traf.children[1], traf.children[2])
    let track = header.number(at: 4, octets: 4)
    let hasDuration = header.number(at: 0, octets: 4) & 8 != 0
    let known = defaults[track] ?? (0, 0)
    let duration = hasDuration ? header.number(at: 8, octets: 4) : known.duration
    var ticks = time.number(at: 4, octets: 8)
    let flags = run.number(at: 0, octets: 4) & 0xFF_FFFF
    var cursor = 8
    func next() -> Int {
        defer { cursor += 4 }
        return run.number(at: cursor, octets: 4)
    }
    var data = moof.offset + next()
    var firstFlags = flags & 4 != 0 ? next() : nil
    return (0..<run.number(at: 4, octets: 4)).map { _ in
        let length = flags & 0x100 != 0 ? next() : duration
        let size = next()
        let own = flags & 0x400 != 0 ? next() : firstFlags ?? known.flags
        firstFlags = nil
        let offset = flags & 0x800 != 0 ? Int(Int32(truncatingIfNeeded: next())) : 0
        defer { (data, ticks) = (data + size, ticks + length) }
        return FoundSample(
            track: track, decodeTicks: ticks, compositionOffset: offset,
            isKeyframe: own & 0x1_0000 == 0, payload: Array(bytes[data..<data + size]))
    }
}
