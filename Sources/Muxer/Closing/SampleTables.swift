import Wire

/// The tables of one track on their way into the file, each at the place that was reckoned for it.
struct SampleTables {
    /// One table's entries: what waits, and where it goes.
    struct Table {
        var offset: UInt64
        var waiting = ByteWriter()

        mutating func take(atLeast count: Int) -> FileWrite? {
            guard waiting.count >= max(count, 1) else { return nil }
            defer {
                offset += UInt64(waiting.count)
                waiting.removeAll()
            }
            return FileWrite(offset: offset, bytes: waiting.bytes)
        }
    }

    /// The six kinds, in the order they stand in the file.
    enum Kind: Int, CaseIterable {
        case durations, compositions, keyframes, chunkSizes, sizes, offsets
    }

    private(set) var tables: [Table] = []
    private let hasCompositions: Bool
    private let hasKeyframes: Bool
    private var durations = RunLength()
    private var compositions = RunLength()
    private var chunkSizes = RunLength()
    private var line = DecodeLine()
    private var samples: UInt32 = 0
    private var chunk: UInt32 = 0
    private var firstChunk: UInt32 = 1

    /// - Parameter offsets: Where each table's entries begin in the file.
    init(_ offsets: [UInt64], hasCompositions: Bool, hasKeyframes: Bool) {
        (self.hasCompositions, self.hasKeyframes) = (hasCompositions, hasKeyframes)
        tables = offsets.map { Table(offset: $0) }
    }

    mutating func add(_ run: borrowing IndexedRun, partOffset: UInt64) {
        line.add(run, to: &durations) { count, value in
            tables[Kind.durations.rawValue].waiting.write(pair: count, value)
        }
        if hasCompositions {
            run.forEachComposition { count, value in
                compositions.add(count, of: value) { count, value in
                    tables[Kind.compositions.rawValue].waiting.write(pair: count, value)
                }
            }
        }
        if hasKeyframes {
            let before = samples
            run.forEachKeyframe {
                tables[Kind.keyframes.rawValue].waiting.write(before &+ $0 &+ 1)
            }
        }
        let count = UInt32(truncatingIfNeeded: run.sampleCount)
        var ended: UInt32?
        chunkSizes.add(1, of: count) { _, size in ended = size }
        if let ended { writeChunks(of: ended) }
        tables[Kind.sizes.rawValue].waiting.write(run.sizes)
        tables[Kind.offsets.rawValue].waiting.write(partOffset + UInt64(run.dataOffset))
        (samples, chunk) = (samples &+ count, chunk &+ 1)
    }

    mutating func finish() {
        line.finish(&durations) { count, value in
            tables[Kind.durations.rawValue].waiting.write(pair: count, value)
        }
        if hasCompositions {
            compositions.finish { count, value in
                tables[Kind.compositions.rawValue].waiting.write(pair: count, value)
            }
        }
        var ended: UInt32?
        chunkSizes.finish { _, size in ended = size }
        if let ended { writeChunks(of: ended) }
    }

    /// The next table's entries of which at least `count` octets wait.
    mutating func next(atLeast count: Int) -> FileWrite? {
        for index in tables.indices {
            if let write = tables[index].take(atLeast: count) { return write }
        }
        return nil
    }

    /// Chunks from the first of this size up to the one that came last.
    private mutating func writeChunks(of size: UInt32) {
        tables[Kind.chunkSizes.rawValue].waiting.write(pair: firstChunk, size)
        tables[Kind.chunkSizes.rawValue].waiting.write(UInt32(1))  // the sample description
        firstChunk = chunk &+ 1
    }
}

extension ByteWriter {
    mutating func write(pair first: UInt32, _ second: UInt32) {
        write(UInt64(first) << 32 | UInt64(second))
    }
}
