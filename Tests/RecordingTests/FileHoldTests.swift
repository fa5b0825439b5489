import Testing

@testable import Recording

/// What is being read goes last, and goes all the same where there is no room to record.
@Suite struct FileHoldTests {
    private static let files = (1...3).map { "cam_1970010\($0)_000000.ts" }

    /// Three files of 1000 octets with their indexes, and what is deleted for want of room.
    private static func left(
        totalBytes: UInt64, holding held: [String], isFull: Bool = false
    ) -> [String] {
        let disk = VirtualDisk()
        for (number, file) in files.enumerated() {
            disk.model.put(
                "/r/" + file, [UInt8](repeating: 7, count: 1000), modified: Int64(number))
            disk.model.put("/r/" + file + ".index", [], modified: Int64(number))
        }
        let hold = FileHold(held, in: "/r", disk.claims)
        let sweep = Sweep(
            folder: "/r", retention: Retention(totalBytes: totalBytes), claims: disk.claims
        ) { 0 }
        sweep.run(
            disk.model, growingBytes: [:], neededBytes: isFull ? .max : 0, disk.condition)
        withExtendedLifetime(hold) {}
        return disk.model.names.filter { !$0.hasSuffix(".index") }.map { String($0.dropFirst(3)) }
    }

    @Test func `a file that somebody will yet read stays, and the next one goes for it`() {
        #expect(Self.left(totalBytes: 2000, holding: []) == Array(Self.files[1...]))
        #expect(
            Self.left(totalBytes: 2000, holding: [Self.files[0]])
                == [Self.files[0], Self.files[2]])
        #expect(Self.left(totalBytes: 0, holding: Self.files) == Self.files)
    }

    @Test func `recording comes before reading`() {
        #expect(Self.left(totalBytes: .max, holding: Self.files, isFull: true) == [])
    }
}
