import Timing

// How long a picture lasts that has none behind it: as long as the one before.

extension Interval {
    /// How long one lasts where nothing else is known.
    static let usualPicture = Interval.milliseconds(40)

    /// Whether one that is followed so much later has lasted so long: longer than that there was a gap.
    var isPictureLength: Bool { self > .zero && self < .seconds(5) }
}
