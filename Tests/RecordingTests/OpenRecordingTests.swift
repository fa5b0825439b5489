import Glibc
import Testing

@testable import Recording

/// What is read of a file that somebody plays or takes home.
@Suite struct OpenRecordingTests {
    /// Answers what a script says instead of the kernel: octets, the end, or an error's number.
    private static func read(
        _ script: [Int], count: Int
    ) throws(StorageError) -> (octets: [UInt8], offsets: [off_t]) {
        var (rest, offsets) = (script[...], [off_t]())
        let octets = try SystemStorage.octets(of: -1, at: 100, count: count) {
            _, room, size, offset in
            offsets.append(offset)
            guard let answer = rest.popFirst() else { return 0 }
            guard answer >= 0 else {
                errno = Int32(-answer)
                return -1
            }
            let count = min(answer, size)
            for place in 0..<count {
                room.storeBytes(of: UInt8(Int(offset) + place), toByteOffset: place, as: UInt8.self)
            }
            return count
        }
        return (octets, offsets)
    }

    @Test func `what comes in part is gone on with, and an interruption is no end`() throws {
        let found = try Self.read([3, -Int(EINTR), 2, -Int(EINTR), 9], count: 10)
        #expect(found.octets == Array(100..<110))
        #expect(found.offsets == [100, 103, 103, 105, 105])
    }

    @Test func `a page that the disk does not give is an error before it is mapped`() throws {
        var offsets: [off_t] = []
        let error = #expect(throws: StorageError.self) {
            try SystemStorage.check(readable: -1, 200_000) { _, _, size, offset in
                offsets.append(offset)
                guard offset > 100_000 else { return size }
                errno = EIO
                return -1
            }
        }
        #expect(error?.code == EIO && error?.isOfReading == true)
        #expect(offsets == [0, 65_536, 131_072])
        let short = #expect(throws: StorageError.self) {
            try SystemStorage.check(readable: -1, 10) { _, _, _, _ in 0 }
        }
        #expect(short?.code == ENODATA, "another host has made it shorter")
    }

    /// A page that cannot be read would be the end of the process (`SIGBUS`).
    @Test func `a file is read before it is mapped, and where that is refused it is not`() throws {
        let path = try Self.temporary()
        defer { remove(path) }
        let file = open(path, O_WRONLY)
        defer { close(file) }
        try SystemStorage().write([1, 2, 3], to: file, at: 0)
        let error = #expect(throws: StorageError.self) {
            try SystemStorage().withOctets(of: file) { (_) throws(StorageError) in }
        }
        #expect(error?.code == EBADF, "by reading; mapping it would be EACCES")
    }

    @Test func `a file is as old as is said of it`() throws {
        let path = try Self.temporary()
        defer { remove(path) }
        let file = try SystemStorage().open(path)
        SystemStorage().date(file, 77)
        SystemStorage().close(file)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mtim.tv_sec == 77)
    }

    private static func temporary() throws -> String {
        var template = Array("/tmp/sluice-octets-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        try #require(file >= 0)
        close(file)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test func `fewer octets come at the end of a file alone`() throws {
        #expect(try Self.read([4, 0], count: 10).octets == [100, 101, 102, 103])
        let error = #expect(throws: StorageError.self) { try Self.read([4, -Int(EIO)], count: 10) }
        #expect(error?.code == EIO && error?.description.hasPrefix("cannot read ") == true)
    }

    /// Nothing is at address 0: the kernel answers EIO.
    @Test func `what the kernel refuses to read is an error, and no end of the file`() throws {
        let memory = try #require(OpenRecording("/proc/self/mem"))
        let error = #expect(throws: StorageError.self) { try memory.read(at: 0, count: 16) }
        #expect(error?.code == EIO)
    }

    @Test func `a range that a file has no more is an error`() throws {
        let empty = try #require(OpenRecording("/proc/self/oom_score"))
        let error = #expect(throws: StorageError.self) { try empty.octets(4000..<4100) }
        #expect(error?.code == ENODATA)
    }
}
