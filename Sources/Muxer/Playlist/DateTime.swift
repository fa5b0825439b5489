public import Timing

/// A moment as playlists and browsers read it: ISO 8601, UTC, milliseconds.
public struct DateTime: Hashable, Sendable {
    /// Nanoseconds since 1970.
    public var nanoseconds: Int64

    /// A moment so many nanoseconds after the beginning of 1970.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// `2026-11-21T11:50:31.250Z`.
    public var text: String {
        let milliseconds = Self.floor(nanoseconds, 1_000_000)
        let seconds = Self.floor(milliseconds, 1000)
        let days = Self.floor(seconds, 86_400)
        let (year, month, day) = Self.date(days)
        let rest = seconds - days * 86_400
        let time = [rest / 3600, rest / 60 % 60, rest % 60].map { Self.padded($0, 2) }
        return [Self.padded(year, 4), Self.padded(month, 2), Self.padded(day, 2)]
            .joined(separator: "-") + "T" + time.joined(separator: ":") + "."
            + Self.padded(milliseconds - seconds * 1000, 3) + "Z"
    }

    /// The Gregorian date so many days after 1 January 1970: years counted from March, so that the
    /// leap day ends one, in eras of 400 years.
    private static func date(_ days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = floor(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * month + 2) / 5 + 1
        let isEarly = month >= 10
        return (year + era * 400 + (isEarly ? 1 : 0), isEarly ? month - 9 : month + 3, day)
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        value / divisor - (value % divisor < 0 ? 1 : 0)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension IndexHeader {
    /// The moment at a media time; `nil` where the recording knew no wall clock. What a sidecar says is
    /// not believed beyond what a date can be: a sum that would overflow is the last or first there is.
    public func date(at time: Interval) -> DateTime? {
        guard wallClock != 0 else { return nil }
        let (sum, isOver) = wallClock.addingReportingOverflow(time.nanoseconds)
        return DateTime(nanoseconds: isOver ? (wallClock > 0 ? .max : .min) : sum)
    }
}
