import Glibc

/// The right to record into a folder, which one recorder at a time has. The kernel gives it back however
/// the process ends, and nothing of it lies in the folder.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Takes it; `nil` on a disk that has no locks.
    ///
    /// - Throws: `folderInUse` while another has it.
    init?(_ folder: String) throws(RecordingError) {
        let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { return nil }  // who writes there first says why it cannot be
        guard flock(opened, LOCK_EX | LOCK_NB) != 0 else {
            descriptor = opened
            return
        }
        let isTaken = errno == EWOULDBLOCK
        let holder = isTaken ? Self.holder(of: opened) : nil
        close(opened)
        guard isTaken else { return nil }
        throw .folderInUse(folder, process: holder)
    }

    deinit { close(descriptor) }

    /// Which process holds a lock on an open folder, where the kernel says so to us.
    private static func holder(of descriptor: Int32) -> Int32? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, let file = fopen("/proc/locks", "r") else {
            return nil
        }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        var found: Set<Int32> = []
        while fgets(&line, 256, file) != nil {
            let octets = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let text = String(decoding: octets, as: UTF8.self)
            if let holder = holder(in: text, inode: UInt64(status.st_ino)) { found.insert(holder) }
        }
        return found.count == 1 ? found.first : nil
    }

    /// The process that a line of `/proc/locks` names as having the whole of a file locked, by `flock`.
    /// The device before the inode is that of the file system below an overlay: it is not compared.
    static func holder(in line: String, inode: UInt64) -> Int32? {
        let words = line.split { $0 == " " || $0 == "\n" }
        guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE",
            words[5].split(separator: ":").last == "\(inode)", let process = Int32(words[4]),
            process > 0
        else { return nil }
        return process
    }
}
