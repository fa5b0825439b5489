import Recording
import Timing

/// A time of a recording as callers say it.
enum AskedTime: Hashable, Sendable {
    /// Nanoseconds of its files played one behind the other: what lies between them is left out.
    case media(Int64)
    /// When it was recorded.
    case date(DateTime)

    /// Seconds with a fraction, of at most a year, or a date with its offset from UTC (RFC 3339); `nil`
    /// for anything else.
    init?(_ text: String) {
        if let seconds = Double(text) {
            guard seconds.isFinite, (0...31_536_000).contains(seconds) else { return nil }
            self = .media(Int64(seconds * 1e9))
        } else if let date = DateTime(parsing: text) {
            self = .date(date)
        } else {
            return nil
        }
    }

    /// What it may be, in words.
    static let form = "seconds, or dates as 2026-11-21T11:50:31Z"

    /// Nanoseconds of these files played one behind the other; `nil` for a date behind the end of all.
    func nanoseconds(in files: [FileSummary]) -> Int64? {
        switch self {
        case .media(let nanoseconds): nanoseconds
        case .date(let date): files.nanoseconds(at: date)
        }
    }

    /// Whether the other one is the later, as far as that is known without the recording.
    func isBefore(_ other: AskedTime) -> Bool {
        switch (self, other) {
        case (.media(let own), .media(let later)): own < later
        case (.date(let own), .date(let later)): own.nanoseconds < later.nanoseconds
        case (.media, .date), (.date, .media): true
        }
    }
}

extension [FileSummary] {
    /// How much of them was recorded before a date, in nanoseconds; `nil` where all of it was. In a gap it
    /// is all before the gap. Where a clock was set back, the first of them that reaches the date counts.
    fileprivate func nanoseconds(at date: DateTime) -> Int64? {
        var before: Int64 = 0
        for file in self {
            if let begin = file.date(at: 0) {
                let (since, isOver) = date.nanoseconds.subtractingReportingOverflow(
                    begin.nanoseconds)
                let isAfter = isOver ? date.nanoseconds > 0 : since > file.duration
                if !isAfter { return before.followed(by: isOver ? 0 : Swift.max(since, 0)) }
            }
            before = before.followed(by: file.duration)
        }
        return nil
    }
}
