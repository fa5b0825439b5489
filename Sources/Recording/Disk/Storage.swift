/// The few things that a recording asks of a file system. `SystemStorage` asks the kernel; a model of
/// a disk that loses power answers the same calls in tests.
///
/// Called by the disk's own thread alone; every call may block.
protocol Storage: Sendable {
    /// Makes a file and locks it for this process; one that is there already is refused (`EEXIST`).
    func create(_ path: String) throws(StorageError) -> Int32
    /// Opens a file to mend it, locked; refused with `EWOULDBLOCK` while another writes it.
    func open(_ path: String) throws(StorageError) -> Int32
    /// Lets go of a file.
    func close(_ file: Int32)
    /// Whether a file is still the one at its path: nobody has deleted it, moved it, or taken the
    /// disk away.
    func isThere(_ file: Int32, at path: String) -> Bool
    /// Octets in a file.
    func byteCount(of file: Int32) throws(StorageError) -> UInt64
    /// At most `count` octets from `offset` on; fewer at the file's end.
    func read(
        _ file: Int32, at offset: UInt64, count: Int
    ) throws(StorageError) -> [UInt8]
    /// Lends a whole file for one call, without copying it where that can be helped.
    func withOctets<T>(
        of file: Int32, _ body: (RawSpan) throws(StorageError) -> T
    ) throws(StorageError) -> T
    /// Writes all of it, or throws.
    func write(_ bytes: [UInt8], to file: Int32, at offset: UInt64) throws(StorageError)
    /// Says when a file was last written, in seconds since 1970; what cannot be said stays as it is.
    func date(_ file: Int32, _ seconds: Int64)
    /// Cuts a file off.
    func truncate(_ file: Int32, to byteCount: UInt64) throws(StorageError)
    /// Returns when what was written would survive the loss of power.
    func sync(_ file: Int32) throws(StorageError)
    /// Has what is read of a synced file come from the disk from now on, and not from what the kernel
    /// remembers of it; on a file system in memory that is one.
    func forget(_ file: Int32)
    /// Likewise for the names in a folder.
    func syncFolder(_ folder: String) throws(StorageError)
    /// Deletes a file.
    func remove(_ path: String) throws(StorageError)
    /// The files of a folder, in any order.
    func files(in folder: String) throws(StorageError) -> [StoredFile]
    /// Octets that may still be written to the folder's file system.
    func freeBytes(in folder: String) throws(StorageError) -> UInt64
}

/// One file of a folder.
struct StoredFile: Hashable, Sendable {
    /// Without its folder.
    var name: String
    /// Octets in it.
    var byteCount: UInt64
    /// Seconds since 1970 at which it was last written.
    var modifiedSeconds: Int64

    /// A file as it was listed.
    init(name: String, byteCount: UInt64, modifiedSeconds: Int64) {
        (self.name, self.byteCount, self.modifiedSeconds) = (name, byteCount, modifiedSeconds)
    }
}

/// What the kernel refused, and of which file.
public struct StorageError: Error, Hashable, Sendable {
    /// The file or folder.
    public var path: String
    /// The kernel's number for the reason.
    public var code: Int32
    /// Whether it was to be read, and not to be written.
    public var isOfReading: Bool

    /// A refusal.
    init(path: String, code: Int32, isOfReading: Bool = false) {
        (self.path, self.code, self.isOfReading) = (path, code, isOfReading)
    }
}
