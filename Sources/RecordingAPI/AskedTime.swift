import Recording
import Timing
import Web

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

    /// What a request says under that name; `nil` where it says nothing.
    init?(_ name: String, of request: HTTPRequest) throws(MalformedField) {
        guard let text = request[query: name] else { return nil }
        guard let time = AskedTime(text) else {
            throw MalformedField(name: name, reason: "must be \(Self.form)")
        }
        self = time
    }

    /// What it may be, in words.
    private static let form = "seconds of at most a year, or a date as 2026-11-21T11:50:31Z"

    /// Nanoseconds of these files played one behind the other; `nil` for a date behind the end of all, and
    /// zero for one before them.
    func nanoseconds(in files: [FileSummary]) -> Int64? {
        switch self {
        case .media(let nanoseconds): nanoseconds
        case .date(let date): files.nanoseconds(at: date)
        }
    }

    /// Whether it is a date before any of these files began. Dates are told in milliseconds.
    func isBefore(_ files: [FileSummary]) -> Bool {
        guard case .date(let date) = self, let begin = files.begin else { return false }
        return date.nanoseconds / 1_000_000 < begin.nanoseconds / 1_000_000
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

extension AskedTime: CustomStringConvertible {
    /// Whole seconds and tenths, cut off, for nobody is told of more than there is; or the date.
    var description: String {
        switch self {
        case .media(let nanoseconds):
            "\(nanoseconds / 1_000_000_000).\(nanoseconds / 100_000_000 % 10) s"
        case .date(let date): date.text
        }
    }
}

/// A field of a query that means nothing.
struct MalformedField: Error {
    let name: String
    /// What goes on behind the name.
    let reason: String

    var response: HTTPResponse { .problem(400, "\(name) \(reason)") }
}

extension [FileSummary] {
    /// When the earliest of them began, of those that know it.
    var begin: DateTime? {
        compactMap { $0.date(at: 0) }.min { $0.nanoseconds < $1.nanoseconds }
    }

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
