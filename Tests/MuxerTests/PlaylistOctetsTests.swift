import Testing
import Timing

@testable import Muxer

/// Numbers, times and dates as a playlist writes them, beside the slow ways of making the same.
@Suite struct PlaylistOctetsTests {
    private static func text(_ body: (inout PlaylistOctets) -> Void) -> String {
        var octets = PlaylistOctets(capacity: 0)
        body(&octets)
        return String(decoding: octets.bytes, as: UTF8.self)
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 12_345_678_901, .max - 5, .max] as [UInt64])
    func `numbers have all their digits, and zeros before them where they are short`(
        number: UInt64
    ) {
        #expect(Self.text { $0.write(number) } == String(number))
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(6 - digits.count, 0))
        #expect(Self.text { $0.write(number, width: 6) } == zeros + digits)
    }

    struct Seconds: CustomTestStringConvertible {
        let nanoseconds: Int64
        let text: String
        var testDescription: String { text }
    }

    @Test(arguments: [
        Seconds(nanoseconds: 0, text: "0.000000"), Seconds(nanoseconds: 499, text: "0.000000"),
        Seconds(nanoseconds: 500, text: "0.000001"),
        Seconds(nanoseconds: 2_000_000_000, text: "2.000000"),
        Seconds(nanoseconds: 33_366_666, text: "0.033367"),
        Seconds(nanoseconds: 999_999_999, text: "1.000000"),
        Seconds(nanoseconds: -7, text: "0.000000"), Seconds(nanoseconds: .min, text: "0.000000"),
        Seconds(nanoseconds: .max, text: "9223372036.854775"),
    ])
    func `seconds are rounded to six digits`(seconds: Seconds) {
        let interval = Interval(nanoseconds: seconds.nanoseconds)
        #expect(Self.text { $0.write(interval) } == seconds.text)
    }

    @Test func `dates are those of the calendar, from day to day, back and forth`() {
        var octets = PlaylistOctets(capacity: 0)
        var expected = ""
        let day: Int64 = 86_400_000_000_000
        var moments: [Int64] = [.min, -1, 0, 1, .max]
        for number in 0..<1000 as Range<Int64> {
            moments.append(1_709_164_799_750_000_000 + number * 7_213_000_000_123)
            moments.append(1_709_164_799_750_000_000 - number * day / 3)
        }
        for nanoseconds in moments {
            octets.write(DateTime(nanoseconds: nanoseconds))
            expected += DateTime(nanoseconds: nanoseconds).text
        }
        #expect(String(decoding: octets.bytes, as: UTF8.self) == expected)
    }
}
