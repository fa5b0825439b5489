import Timing

/// How long a picture lasts that has none behind it: as long as those before.
enum PictureStep {
    /// Where nothing is known.
    static let usual = Interval.milliseconds(40)
    /// So far apart there is a gap between two pictures, and the first one did not last as long.
    static let limit = Interval.seconds(5)
}
