import Glibc
import Testing
import Timing

/// Moments as they are written.
@Suite struct DateTimeTests {
    @Test func `a date is ISO 8601, leap days and times before 1970 included`() {
        #expect(DateTime(nanoseconds: 0).text == "1970-01-01T00:00:00.000Z")
        #expect(DateTime(nanoseconds: -1_000_000).text == "1969-12-31T23:59:59.999Z")
        #expect(DateTime(nanoseconds: -1).text == "1969-12-31T23:59:59.999Z")
        #expect(
            DateTime(nanoseconds: 1_709_164_800_000_000_000).text == "2024-02-29T00:00:00.000Z")
        #expect(DateTime(nanoseconds: .max).text == "2262-04-11T23:47:16.854Z")
        #expect(DateTime(nanoseconds: .min).text == "1677-09-21T00:12:43.145Z")
    }

    @Test func `every day is the one that the C library finds`() {
        // From 1600 to 2800, at another time of each day.
        for day in Int64(-135_140)...303_000 {
            let seconds = day * 86_400 + abs(day * 7919 % 86_400)
            var (time, parts) = (time_t(seconds), tm())
            gmtime_r(&time, &parts)
            let fields = CivilTime(seconds: seconds).fields.compactMap { Int32($0) }
            let expected = [
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                parts.tm_sec,
            ]
            guard fields == expected else {
                Issue.record("\(seconds): \(fields), not \(expected)")
                return
            }
        }
    }

    @Test func `no number of seconds is too many`() {
        #expect(CivilTime(seconds: 253_402_300_799).fields.first == "9999")
        #expect(CivilTime(seconds: .max).fields.count == 6)
        #expect(CivilTime(seconds: .min).fields.count == 6)
    }
}
