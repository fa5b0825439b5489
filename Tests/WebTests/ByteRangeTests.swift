import Testing
import Web

/// RFC 9110 §14.1.2, and what servers make of it.
@Suite struct ByteRangeTests {
    struct Row: CustomTestStringConvertible {
        var header: String?
        var outcome: ByteRange
        var testDescription: String { header ?? "none" }
    }

    static let rows = [
        Row(header: nil, outcome: .whole),
        Row(header: "bytes=0-499", outcome: .part(0..<500)),
        Row(header: "bytes=500-999", outcome: .part(500..<1000)),
        Row(header: "bytes=-500", outcome: .part(9500..<10000)),
        Row(header: "bytes=9500-", outcome: .part(9500..<10000)),
        Row(header: "bytes=0-0", outcome: .part(0..<1)),
        Row(header: "BYTES=9999-20000", outcome: .part(9999..<10000)),
        Row(header: "bytes=-20000", outcome: .part(0..<10000)),
        Row(header: "bytes=10000-", outcome: .unsatisfiable),
        Row(header: "bytes=-0", outcome: .unsatisfiable),
        Row(header: "bytes=99999999999999999999999-", outcome: .unsatisfiable),
        Row(header: "bytes=0-99999999999999999999999", outcome: .part(0..<10000)),
        Row(header: "bytes=500-499", outcome: .whole),
        Row(header: "bytes=0-0,-1", outcome: .whole),
        Row(header: "bytes=-", outcome: .whole),
        Row(header: "bytes=a-b", outcome: .whole),
        Row(header: "lines=1-2", outcome: .whole),
    ]

    @Test(arguments: rows) func `a range of ten thousand octets`(row: Row) {
        #expect(ByteRange(row.header, of: 10_000) == row.outcome)
    }

    @Test func `nothing can be asked of an empty file`() {
        #expect(ByteRange("bytes=0-", of: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-5", of: 0) == .unsatisfiable)
    }
}
