import Timing

/// The earliest of several optional deadlines.
struct Earliest {
    private(set) var instant: Instant?

    init(_ instant: Instant?) { self.instant = instant }

    mutating func take(_ other: Instant?) {
        guard let other else { return }
        instant = instant.map { min($0, other) } ?? other
    }
}
