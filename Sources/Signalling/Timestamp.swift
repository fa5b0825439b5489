/// A wall-clock time as RFC 3339 writes it, in UTC with milliseconds.
func timestamp(milliseconds: Int64) -> String {
    let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let date = civilDate(daysSince1970: days)
    let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map(twoDigits)
    let fraction = String(1000 + rest % 1000).dropFirst()
    return "\(date)T\(clock.joined(separator: ":")).\(fraction)Z"
}

private func twoDigits(_ number: Int64) -> String { String(String(100 + number).dropFirst()) }

/// The Gregorian date, by counting days from 1 March of year 0: leap days then end their year.
private func civilDate(daysSince1970 days: Int64) -> String {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(year)-\(twoDigits(month))-\(twoDigits(day))"
}
