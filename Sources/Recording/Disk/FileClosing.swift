import Muxer
import Wire

/// The end of a file that is whole: a hybrid MP4 becomes a plain one, what there is is handed to the
/// disk, and the index is marked.
///
/// Doing it again does the same: what is interrupted at any step is done from the beginning by the next
/// start.
struct FileClosing {
    let storage: any Storage
    let data: Int32
    let index: Int32
    let container: Container

    /// Closes a file of so many octets with an index of so many.
    ///
    /// - Returns: The octets of the closed file.
    func close(dataCount: UInt64, indexCount: UInt64) throws(StorageError) -> UInt64 {
        try storage.sync(data)
        try storage.sync(index)
        var byteCount = dataCount
        if container == .mp4, let closed = try makePlain() { byteCount = closed }
        try storage.write(ClosingMark.bytes, to: index, at: indexCount)
        try storage.sync(index)
        return byteCount
    }

    /// Writes the tables behind the parts, and then the one head that makes them count.
    ///
    /// - Returns: `nil` where the index does not allow it: the file stays the fragmented one it is.
    private func makePlain() throws(StorageError) -> UInt64? {
        try storage.withOctets(of: index) { (octets) throws(StorageError) -> UInt64? in
            guard var closing = try? MovieClosing(octets) else { return nil }
            while let piece = closing.next() {
                try storage.write(piece.bytes, to: data, at: piece.offset)
            }
            try storage.truncate(data, to: closing.fileEnd)
            try storage.sync(data)
            try storage.write(closing.head.bytes, to: data, at: closing.head.offset)
            try storage.sync(data)
            return closing.fileEnd
        }
    }
}
