import Muxer
import Recording
import Timing

// When files were recorded.

extension FileSummary {
    /// When what comes so many nanoseconds after its beginning was recorded.
    func date(at nanoseconds: Int64) -> DateTime? {
        header?.date(at: Interval(nanoseconds: start) + Interval(nanoseconds: nanoseconds))
    }
}

extension [FileSummary] {
    /// When the last of what they hold was over: senders' clocks that run fast do not reach beyond `limit`,
    /// in nanoseconds since 1970, nor any before the beginning.
    func end(noLaterThan limit: Int64?) -> DateTime? {
        guard let last, let end = last.date(at: last.duration) else { return nil }
        let start = first?.date(at: 0)?.nanoseconds ?? .min
        return DateTime(nanoseconds: Swift.max(Swift.min(end.nanoseconds, limit ?? .max), start))
    }

    /// Those that are named one by one: figures are of all.
    var newest: ArraySlice<FileSummary> { suffix(2000) }
}
