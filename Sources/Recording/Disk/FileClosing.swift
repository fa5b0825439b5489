import Muxer
import Wire

/// The end of a file that is whole: a hybrid MP4 becomes a plain one, WebM gets its cues, what there is
/// is handed to the disk, and the index is marked.
///
/// Doing it again does the same: what is interrupted at any step is done from the beginning by the next
/// start. Where the disk refuses a step, the file stays as playable as it was; where that is a sync, the next
/// start knows it (`UnsureMark`).
struct FileClosing {
    let storage: any Storage
    let data: Int32
    let index: Int32
    let container: Container
    /// Octets of the file as it stands, whatever has become of its closing.
    private(set) var byteCount: UInt64 = 0

    init(storage: any Storage, data: Int32, index: Int32, container: Container) {
        (self.storage, self.data, self.index) = (storage, data, index)
        self.container = container
    }

    /// Closes a file of so many octets with an index of so many.
    mutating func close(dataCount: UInt64, indexCount: UInt64) throws(StorageError) {
        byteCount = dataCount
        try sync(data)
        try sync(index)
        try finish(indexCount)
        try storage.write(ClosingMark.bytes, to: index, at: indexCount)
        try sync(index)
    }

    /// Writes what players find their way by. Where the index does not allow it the file stays the
    /// growing one it is.
    private mutating func finish(_ indexCount: UInt64) throws(StorageError) {
        var end = byteCount
        defer { byteCount = end }
        try storage.withOctets(of: index) { (octets) throws(StorageError) in
            // Without what a closing before this one has written behind the records.
            let records = octets.extracting(0..<min(Int(clamping: indexCount), octets.byteCount))
            switch container {
            case .mp4:
                guard var ending = try? MovieClosing(records), ending.isWhole else {
                    return try cut(to: end)
                }
                try write(&ending, end: &end)
            case .webm:
                guard var ending = try? WebMClosing(records), ending.isWhole else {
                    return try cut(to: end)
                }
                try write(&ending, end: &end)
            case .mpegts, .fmp4: return
            }
        }
    }

    private func sync(_ file: Int32) throws(StorageError) {
        do throws(StorageError) { try storage.sync(file) } catch {
            UnsureMark.leave(in: index, storage)
            throw error
        }
    }

    /// What lies behind the parts is nobody's.
    private func cut(to end: UInt64) throws(StorageError) { try storage.truncate(data, to: end) }

    /// Writes what lies behind the parts, and then the one head that makes it count.
    private func write<Ending: FileEnding & ~Escapable>(
        _ ending: inout Ending, end: inout UInt64
    ) throws(StorageError) {
        let partsEnd = end
        let (head, fileEnd) = (ending.head, ending.fileEnd)
        // It is there already where an earlier closing came so far: what is behind the parts counts.
        var counts = try storage.read(data, at: head.offset, count: head.bytes.count) == head.bytes
        if counts { end = fileEnd }
        do throws(StorageError) {
            while let piece = ending.next() {
                try storage.write(piece.bytes, to: data, at: piece.offset)
            }
            try storage.truncate(data, to: fileEnd)
            try sync(data)
            // Of a head that is refused nobody knows whether it is there.
            (counts, end) = (true, fileEnd)
            try storage.write(head.bytes, to: data, at: head.offset)
            try sync(data)
        } catch {
            if !counts { try? storage.truncate(data, to: partsEnd) }
            throw error
        }
    }
}
