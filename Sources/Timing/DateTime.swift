/// A moment as playlists, logs and browsers read it: ISO 8601, UTC, milliseconds.
public struct DateTime: Hashable, Sendable {
    /// Nanoseconds since 1970.
    public var nanoseconds: Int64

    /// A moment so many nanoseconds after the beginning of 1970.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// `2026-11-21T11:50:31.250Z`.
    public var text: String {
        let (milliseconds, _) = nanoseconds.divided(by: 1_000_000)
        let (seconds, rest) = milliseconds.divided(by: 1000)
        let fields = CivilTime(seconds: seconds).fields
        return fields[..<3].joined(separator: "-") + "T" + fields[3...].joined(separator: ":")
            + "." + padded(rest, 3) + "Z"
    }
}

/// A second of the Gregorian calendar and its day, UTC.
public struct CivilTime: Hashable, Sendable {
    /// Year, month, day, hour, minute and second: four digits and more, then two each.
    public let fields: [String]

    /// The second so many seconds after the beginning of 1970.
    public init(seconds: Int64) {
        let (days, rest) = seconds.divided(by: 86_400)
        let (year, month, day) = Self.date(days)
        fields =
            [padded(year, 4)]
            + [month, day, rest / 3600, rest / 60 % 60, rest % 60].map { padded($0, 2) }
    }

    /// The date so many days after 1 January 1970: years counted from March, so that the leap day ends
    /// one, in eras of 400 years.
    private static func date(_ days: Int64) -> (Int64, Int64, Int64) {
        let (era, ofEra) = (days + 719_468).divided(by: 146_097)
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * month + 2) / 5 + 1
        let isEarly = month >= 10
        return (year + era * 400 + (isEarly ? 1 : 0), isEarly ? month - 9 : month + 3, day)
    }
}

extension Int64 {
    /// How often a divisor is in it, downwards also before 1970, and what is left.
    fileprivate func divided(by divisor: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
