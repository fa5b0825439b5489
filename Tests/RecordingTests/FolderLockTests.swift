import Glibc
import Testing

@testable import Recording

/// Two recorders in one folder would mend, delete and name each other's files.
@Suite struct FolderLockTests {
    private static func withFolder<T>(_ body: (String) throws -> T) throws -> T {
        var template = Array("/tmp/sluice-lock-XXXXXX\0".utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { rmdir(path) }
        return try body(path)
    }

    private static func recordings(in folder: String) throws -> Recordings {
        try Recordings(folder: folder, clock: { 0 }, report: { _, _ in })
    }

    @Test func `a folder is one recorder's, and the second is told whose`() throws {
        try Self.withFolder { folder in
            let first = try Self.recordings(in: folder)
            #expect(throws: RecordingError.folderInUse(folder, process: getpid())) {
                try Self.recordings(in: folder)
            }
            withExtendedLifetime(first) {}
        }
        let error = RecordingError.folderInUse("/r", process: 42)
        #expect("\(error)" == "another recorder records into /r: process 42")
        #expect(
            "\(RecordingError.folderInUse("/r", process: nil))"
                == "another recorder records into /r")
    }

    @Test func `it is free again when the first is gone, and nothing of it lies there`() throws {
        try Self.withFolder { folder in
            do {
                let lock = try #require(try FolderLock(folder))
                withExtendedLifetime(lock) {}
            }
            #expect(try FolderLock(folder) != nil)
            #expect(rmdir(folder) == 0, "it is empty")
            #expect(try FolderLock(folder) == nil, "who writes there says that it is gone")
        }
    }

    static let lines: [(line: String, holder: Int32?)] = [
        ("1: FLOCK  ADVISORY  WRITE 4711 fe:01:262146 0 EOF\n", 4711),
        ("12: FLOCK  ADVISORY  WRITE 4711 00:2a:262146 0 EOF\n", 4711),
        ("1: FLOCK  ADVISORY  WRITE 4711 fe:01:1262146 0 EOF\n", nil),
        ("1: POSIX  ADVISORY  WRITE 4711 fe:01:262146 0 EOF\n", nil),
        ("1: FLOCK  ADVISORY  READ  4711 fe:01:262146 0 EOF\n", nil),
        ("1: -> FLOCK  ADVISORY  WRITE 4711 fe:01:262146 0 EOF\n", nil),
        ("1: FLOCK  ADVISORY  WRITE 0 fe:01:262146 0 EOF\n", nil),  // of another namespace
        ("1: OFDLCK ADVISORY  WRITE -1 fe:01:262146 0 EOF\n", nil),
        ("", nil), ("1: FLOCK", nil),
    ]

    /// `proc_locks`(5)
    @Test(arguments: lines) func `the kernel's table names who has it`(
        line: String, holder: Int32?
    ) { #expect(FolderLock.holder(in: line, inode: 262_146) == holder) }
}
