/// The end of a file that is whole: it is handed to the disk, and marked.
struct FileClosing {
    let storage: any Storage
    let path: String
    let data: Int32
    let index: Int32

    /// Closes a file of so many octets with an index of so many.
    func close(dataCount: UInt64, indexCount: UInt64) throws(StorageError) {
        try storage.sync(data)
        try storage.sync(index)
        try storage.write(ClosingMark.bytes, to: index, at: indexCount)
        try storage.sync(index)
    }
}
