import Testing
import Timing

/// Moments as callers write them (RFC 3339).
@Suite struct DateTimeParsingTests {
    struct Row: CustomTestStringConvertible {
        let text: String
        let nanoseconds: Int64
        var testDescription: String { text }
    }

    static let rows = [  // RFC 3339 §5.8, and others
        Row(text: "1985-04-12T23:20:50.52Z", nanoseconds: 482_196_050_520_000_000),
        Row(text: "1996-12-19T16:39:57-08:00", nanoseconds: 851_042_397_000_000_000),
        Row(text: "1996-12-20T00:39:57Z", nanoseconds: 851_042_397_000_000_000),
        Row(text: "1990-12-31T23:59:60Z", nanoseconds: 662_688_000_000_000_000),
        Row(text: "1990-12-31T15:59:60-08:00", nanoseconds: 662_688_000_000_000_000),
        Row(text: "1937-01-01T12:00:27.87+00:20", nanoseconds: -1_041_337_172_130_000_000),
        Row(text: "1970-01-01t00:00:00z", nanoseconds: 0),
        Row(text: "2024-02-29 12:00:00+00:00", nanoseconds: 1_709_208_000_000_000_000),
        Row(text: "2024-02-29T12:00:00 01:00", nanoseconds: 1_709_204_400_000_000_000),
        Row(text: "1969-12-31T23:59:59.999999999999Z", nanoseconds: -1),
    ]

    @Test(arguments: rows) func `a date is the moment that it says`(row: Row) throws {
        let date = try #require(DateTime(parsing: row.text))
        #expect(date.nanoseconds == row.nanoseconds)
    }

    @Test(arguments: [
        "", "2024", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00",
        "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+1:00", "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+00:60", "2024-01-01T00:00:00Zz", "9999-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z", "+024-01-01T00:00:00Z", "2024-01-01T00:00:0٣Z",
    ]) func `what is no moment is refused`(text: String) {
        #expect(DateTime(parsing: text) == nil)
    }

    @Test func `a date cut at any octet is none, and every day is read as it is written`() {
        let whole = "2026-11-21T11:50:31.250+01:00"
        for count in 0..<whole.utf8.count {
            #expect(DateTime(parsing: String(whole.prefix(count))) == nil, "\(count)")
        }
        for day in Int64(-100_000)...100_000 {  // from 1696 to 2243
            let date = DateTime(
                nanoseconds: (day * 86_400 + abs(day * 7919 % 86_400)) * 1_000_000_000)
            guard DateTime(parsing: date.text) == date else {
                Issue.record("\(date.text)")
                return
            }
        }
    }
}
