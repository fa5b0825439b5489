import Glibc

/// The kernel's file systems.
struct SystemStorage: Storage {
    /// The one there is.
    init() {}

    func create(_ path: String) throws(StorageError) -> Int32 {
        let file = try Self.check(
            Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644), path)
        flock(file, LOCK_EX | LOCK_NB)  // new, so nobody else can have it; not all disks lock
        return file
    }

    func open(_ path: String) throws(StorageError) -> Int32 {
        let file = try Self.check(Glibc.open(path, O_RDWR | O_CLOEXEC), path)
        if flock(file, LOCK_EX | LOCK_NB) < 0, errno == EWOULDBLOCK {
            Glibc.close(file)
            throw StorageError(path: path, code: EWOULDBLOCK)
        }
        return file
    }

    func close(_ file: Int32) { Glibc.close(file) }

    func isThere(_ file: Int32, at path: String) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(file, &opened) == 0 && stat(path, &named) == 0
            && (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)
    }

    func byteCount(of file: Int32) throws(StorageError) -> UInt64 {
        var status = stat()
        try Self.check(fstat(file, &status), Self.path(of: file))
        return UInt64(max(status.st_size, 0))
    }

    func read(
        _ file: Int32, at offset: UInt64, count: Int
    ) throws(StorageError) -> [UInt8] {
        try Self.octets(of: file, at: offset, count: count)
    }

    func withOctets<T>(
        of file: Int32, _ body: (RawSpan) throws(StorageError) -> T
    ) throws(StorageError) -> T {
        let count = Int(clamping: try byteCount(of: file))
        guard count > 0 else { return try body([UInt8]().span.bytes) }
        try Self.check(readable: file, count)
        guard let address = mmap(nil, count, PROT_READ, MAP_SHARED, file, 0), address != MAP_FAILED
        else {
            throw StorageError(path: Self.path(of: file), code: errno, isOfReading: true)
        }
        defer { munmap(address, count) }
        return try body(UnsafeRawBufferPointer(start: address, count: count).bytes)
    }

    func write(
        _ bytes: [UInt8], to file: Int32, at offset: UInt64
    ) throws(StorageError) {
        var (done, failure): (Int, Int32) = (0, 0)
        bytes.withUnsafeBytes { buffer in
            while done < buffer.count, failure == 0, let base = buffer.baseAddress {
                let count = pwrite(
                    file, base + done, buffer.count - done, off_t(offset) + off_t(done))
                if count < 0, errno == EINTR { continue }
                if count <= 0 { failure = count < 0 ? errno : ENOSPC }
                done += max(count, 0)
            }
        }
        if failure != 0 { throw StorageError(path: Self.path(of: file), code: failure) }
    }

    func date(_ file: Int32, _ seconds: Int64) {
        let time = timespec(tv_sec: time_t(seconds), tv_nsec: 0)
        futimens(file, [time, time])
    }

    func truncate(_ file: Int32, to byteCount: UInt64) throws(StorageError) {
        try Self.check(ftruncate(file, off_t(byteCount)), Self.path(of: file))
    }

    func sync(_ file: Int32) throws(StorageError) {
        try Self.check(fdatasync(file), Self.path(of: file))
    }

    func forget(_ file: Int32) { posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) }

    func syncFolder(_ folder: String) throws(StorageError) {
        let file = try Self.check(
            Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), folder)
        defer { Glibc.close(file) }
        try Self.check(fsync(file), folder)
    }

    func remove(_ path: String) throws(StorageError) { try Self.check(unlink(path), path) }

    func files(in folder: String) throws(StorageError) -> [StoredFile] {
        guard let stream = opendir(folder) else {
            throw StorageError(path: folder, code: errno, isOfReading: true)
        }
        defer { closedir(stream) }
        var found: [StoredFile] = []
        while let entry = readdir(stream) {
            let name = entry.name
            var status = stat()
            let isFile =
                fstatat(dirfd(stream), name, &status, AT_SYMLINK_NOFOLLOW) == 0
                && status.st_mode & S_IFMT == S_IFREG
            guard isFile else { continue }
            found.append(
                StoredFile(
                    name: name, byteCount: UInt64(max(status.st_size, 0)),
                    modifiedSeconds: Int64(status.st_mtim.tv_sec)))
        }
        return found
    }

    func freeBytes(in folder: String) throws(StorageError) -> UInt64 {
        var status = statvfs()
        try Self.check(statvfs(folder, &status), folder)
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    @discardableResult
    private static func check(_ result: Int32, _ path: String) throws(StorageError) -> Int32 {
        if result < 0 { throw StorageError(path: path, code: errno) }
        return result
    }
}

extension StorageError: CustomStringConvertible {
    /// Whether there is no room: something that time or a person mends.
    var isFull: Bool { code == ENOSPC || code == EDQUOT }

    /// Whether another file may do: this one has become too long for its file system.
    var isOfOneFile: Bool { code == EFBIG }

    /// The kernel's words, in lower case.
    public var reason: String {
        let text = String(cString: strerror(code))
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// One line.
    public var description: String {
        "cannot \(isOfReading ? "read" : "write") \(path): \(reason)"
    }
}
