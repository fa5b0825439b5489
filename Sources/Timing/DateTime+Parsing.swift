extension DateTime {
    /// The moment that a text says: `2026-11-21T11:50:31Z`, with a fraction or without, in UTC or with
    /// an offset from it (RFC 3339 §5.6). A leap second is the one behind it.
    ///
    /// A space stands for the `+` that a query has lost. `nil` for any other text, and for what is too far
    /// from 1970 to be counted in nanoseconds.
    public init?(parsing text: String) {
        var digits = DateDigits(text)
        guard let year = digits.number(4), digits.skip("-"), let month = digits.number(2),
            digits.skip("-"), let day = digits.number(2), digits.skip("Tt "),
            let hour = digits.number(2), hour < 24, digits.skip(":"),
            let minute = digits.number(2), minute < 60, digits.skip(":"),
            let second = digits.number(2), second <= 60,
            let fraction = digits.fraction(), let offset = digits.offset(), digits.isAtEnd,
            let days = CivilTime.days(year: year, month: month, day: day)
        else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        let (whole, isOver) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isBeyond) = whole.addingReportingOverflow(fraction)
        guard !isOver, !isBeyond else { return nil }
        self.init(nanoseconds: sum)
    }
}

extension CivilTime {
    /// Days from the beginning of 1970 to a date; `nil` where there is no such date.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        // As `date(_:)` counts them: years begin with March, in eras of 400.
        let march = month <= 2 ? year - 1 : year
        let era = march >= 0 ? march / 400 : (march - 399) / 400
        let ofEra = march - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
        let fields = CivilTime(seconds: days * 86_400).fields
        return Int64(fields[1]) == month && Int64(fields[2]) == day ? days : nil
    }
}

/// A date's text, read from its beginning on.
private struct DateDigits {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    /// So many digits.
    mutating func number(_ count: Int) -> Int64? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(Self.isDigit) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// One of these.
    mutating func skip(_ some: String) -> Bool {
        guard let next = rest.first, some.utf8.contains(next) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Nanoseconds, cut off behind the ninth digit; 0 where no point follows, `nil` where no digit does.
    mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        let digits = rest.prefix(while: Self.isDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest[digits.endIndex...]
        let kept = digits.prefix(9)
        let scale = (kept.count..<9).reduce(Int64(1)) { scale, _ in scale * 10 }
        return kept.reduce(0) { $0 * 10 + Int64($1 - 0x30) } * scale
    }

    /// Seconds that the time is ahead of UTC.
    mutating func offset() -> Int64? {
        if skip("Zz") { return 0 }
        let isBehind = rest.first == UInt8(ascii: "-")
        guard skip("+- "), let hours = number(2), hours < 24, skip(":"),
            let minutes = number(2), minutes < 60
        else { return nil }
        return (isBehind ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }
}
