import Timing

/// A figure for `bench.json`: Scripts/bench-pacer collects these lines.
func figure(_ name: String, _ value: Double) { print("figure \(name) \(value)") }

extension Interval {
    /// Milliseconds with one digit behind the point.
    var text: String {
        let tenths = (nanoseconds + (nanoseconds < 0 ? -50_000 : 50_000)) / 100_000
        let sign = tenths < 0 ? "-" : ""
        return "\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}

extension Optional where Wrapped == Interval {
    /// The same, or a dash.
    var text: String { map { $0.text } ?? "–" }
}

extension Double {
    /// Two digits behind the point.
    var text: String {
        let hundredths = Int((abs(self) * 100).rounded())
        let rest = hundredths % 100
        return
            "\(self < 0 && hundredths > 0 ? "-" : "")\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension String {
    /// Filled up with spaces, in front or behind.
    func column(_ width: Int, trailing: Bool = true) -> String {
        let filler = String(repeating: " ", count: max(width - count, 0))
        return trailing ? filler + self : self + filler
    }
}
