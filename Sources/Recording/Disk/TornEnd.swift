import Muxer
import Timing
import Wire

/// The end of a file that was cut: sound that goes on in packets that are not there. It is made whole, so
/// that the file can be read on in the next one, whoever joins them.
///
/// Where it is interrupted at any step the index does not tell of it, and it is done again. What the disk
/// refuses of it keeps no file from being closed: it stays torn.
struct TornEnd {
    let storage: any Storage
    let data: Int32
    let index: Int32

    /// Makes the end whole of a file that ends with its last part, and its index with that part's record.
    ///
    /// - Returns: Where they end then.
    func mend(
        _ ends: (data: UInt64, index: UInt64)
    ) throws(StorageError) -> (data: UInt64, index: UInt64) {
        guard let (header, last) = try? listed(upTo: ends.index), header.container == .mpegts,
            last.end == ends.data, let torn = try? torn(header.formats, ends.data),
            let byteCount = UInt32(exactly: torn.packets.count), byteCount > 0
        else { return ends }
        do throws(StorageError) {
            for piece in torn.overwritten {
                try storage.write(piece.bytes, to: data, at: piece.offset)
            }
            try storage.write(torn.packets, to: data, at: ends.data)
        } catch { return try takingBack(ends) }
        // The record tells of what is there for certain: what is overwritten looks whole without it.
        do throws(StorageError) { try storage.sync(data) } catch {
            UnsureMark.leave(in: index, storage)
            throw error
        }
        let part = IndexedPart(
            offset: last.end, byteCount: byteCount, start: last.start + last.duration,
            duration: .zero, isIndependent: false, hasOtherSets: last.hasOtherSets)
        var (writer, record) = (IndexWriter(continuing: ends.index), ByteWriter())
        writer.append(part, into: &record)
        do throws(StorageError) {
            try storage.write(record.bytes, to: index, at: ends.index)
        } catch { return try takingBack(ends) }
        return (part.end, writer.byteCount)
    }

    /// Cuts off what has been written behind the ends.
    private func takingBack(
        _ ends: (data: UInt64, index: UInt64)
    ) throws(StorageError) -> (data: UInt64, index: UInt64) {
        try storage.truncate(data, to: ends.data)
        try storage.truncate(index, to: ends.index)
        return ends
    }

    /// What the index begins and ends with; `nil` where that cannot be read.
    private func listed(
        upTo end: UInt64
    ) throws(StorageError) -> (header: IndexHeader, last: IndexedPart)? {
        try storage.withOctets(of: index) { (octets) throws(StorageError) in
            let records = octets.extracting(0..<min(Int(clamping: end), octets.byteCount))
            guard let reader = try? IndexReader(records),
                let last = IndexReader.lastPart(of: records)
            else { return nil }
            return (reader.header, last)
        }
    }

    /// What is torn there; `nil` where that cannot be told.
    private func torn(
        _ formats: [TrackFormat], _ end: UInt64
    ) throws(StorageError) -> TornSound? {
        guard formats.contains(where: \.isCutWherePacketsEnd), end % Self.packet == 0 else {
            return nil
        }
        var count = Self.firstLook
        while true {
            let start = end - min(count, end)
            let octets = try storage.read(data, at: start, count: Int(end - start))
            let isLastLook = start == 0 || count >= Self.lastLook
            let torn = TornSound(
                formats, endingWith: octets.span.bytes, from: start, isLastLook: isLastLook)
            if isLastLook || torn != nil { return torn }
            count *= 8
        }
    }

    private static let packet = UInt64(TransportPacket.byteCount)
    /// A second of most cameras, in which sound has begun several times.
    private static let firstLook = 2048 * packet
    /// As much of the fastest.
    private static let lastLook = firstLook * 64
}
