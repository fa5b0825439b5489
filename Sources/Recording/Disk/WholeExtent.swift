import Muxer
import Timing
import Wire

/// What of a recording's file and of its index is whole, and what the index lacks to say so.
struct WholeExtent {
    /// Where what was written may not be in the file.
    enum Doubt {
        case nowhere
        /// Power was lost: in the newest media, which the kernel had not come to.
        case inNewest
        /// A sync has failed: the disk may have refused any of it.
        case anywhere
    }

    /// Octets of the file.
    private(set) var data: UInt64
    /// Octets of its index.
    let index: UInt64
    let container: Container
    /// What the index is to begin with, where its head is torn.
    let head: [UInt8]
    /// What the index is to go on with.
    private(set) var record: [UInt8] = []
    /// The octets before what may be cut off.
    let older: UInt64

    /// Looks at a file and at the octets of its index; `nil` where the index says nothing of it.
    init?(
        of file: Int32, index octets: RawSpan, _ doubt: Doubt, in storage: any Storage
    ) throws(StorageError) {
        let byteCount = try storage.byteCount(of: file)
        guard var reader = try? IndexReader(mendingHeadOf: octets) else { return nil }
        let header = reader.header
        if reader.isHeadTorn, try !storage.begins(file, as: header) { return nil }
        let parts = Self.parts(&reader, upTo: byteCount)
        guard let newest = parts.last else { return nil }
        var last = newest
        var older: UInt64 = 0
        if doubt != .nowhere {
            let recent = parts.last {
                newest.part.start - $0.part.start > Self.unsyncedLimit
            }
            older = recent?.part.end ?? 0
            // The whole of the last block: what is missing of it may be but a few octets of the part.
            let end = min(StorageBlock.end(around: newest.part.end), byteCount)
            let hole = try storage.hole(in: file, from: older, to: end)
            guard let whole = parts.last(where: { $0.part.end <= hole ?? .max }) else { return nil }
            last = whole
        }
        (data, index, container) = (last.part.end, last.indexEnd, header.container)
        (head, self.older) = (reader.isHeadTorn ? header.record : [], older)
        if doubt == .nowhere {
            try addTail(of: file, byteCount, behind: last.part, header, storage)
        }
    }

    /// The parts that lie one behind the other, and where their records end. What torn records have listed
    /// belongs to the next whole part: nothing that is in the file is cut off for its index's sake.
    private static func parts(
        _ reader: inout IndexReader, upTo byteCount: UInt64
    ) -> [(part: IndexedPart, indexEnd: UInt64)] {
        var parts: [(part: IndexedPart, indexEnd: UInt64)] = []
        var end = UInt64(reader.header.headerByteCount)
        var isInOrder = true
        reader.forEachMendedRecord(upTo: byteCount) { part, recordEnd in
            isInOrder = isInOrder && part.offset == end
            guard isInOrder else { return }
            end = part.end
            if let recordEnd { parts.append((part, UInt64(recordEnd))) }
        }
        return parts
    }

    /// What a transport stream holds behind its last part stays, as a part of its own.
    private mutating func addTail(
        of file: Int32, _ byteCount: UInt64, behind last: IndexedPart, _ header: IndexHeader,
        _ storage: any Storage
    ) throws(StorageError) {
        guard container == .mpegts, byteCount > last.end else { return }
        let count = Int(min(byteCount - last.end, Self.tailLimit))
        let octets = try storage.read(file, at: last.end, count: count)
        guard let part = TransportTail(octets.span.bytes).part(after: last, in: header) else {
            return
        }
        var output = ByteWriter()
        var writer = IndexWriter(continuing: index)
        writer.append(part, into: &output)
        (data, record) = (part.end, output.bytes)
    }

    /// Far more than is written of a part before it is whole.
    private static let tailLimit: UInt64 = 32 << 20
    /// Media of which some may not have reached the disk: no kernel waits longer.
    private static let unsyncedLimit = Interval.seconds(120)
}

extension Storage {
    /// Whether a file begins as the torn head of its index says.
    fileprivate func begins(
        _ file: Int32, as header: IndexHeader
    ) throws(StorageError) -> Bool {
        let expected = header.initialization
        return try read(file, at: 0, count: expected.count) == expected
    }
}

extension IndexHeader {
    /// What an index begins with.
    fileprivate var record: [UInt8] {
        var output = ByteWriter()
        _ = IndexWriter(self, into: &output)
        return output.bytes
    }
}
