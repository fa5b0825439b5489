import Timing
import Wire

/// Gathers what a recording's indexes say while its files grow.
struct SegmentIndex {
    /// A part of a transport stream, whose octets go out before it is whole.
    struct Open {
        let start: Interval
        let offset: Int
        var isIndependent: Bool
        /// The last decode time of the track that leads, and how long a sample of it lasts; zero of the
        /// first one.
        var last: Interval
        var step: Interval
    }

    /// What the current file's index begins with; known from its first part on.
    private(set) var header: IndexHeader?
    /// What the current file's tracks were when it began.
    private(set) var formats: [TrackFormat] = []
    /// Whether the current file's pictures have come with other parameter sets than its first ones.
    var hasOtherSets = false
    var finished: [FinishedPart] = []
    var open: Open?
    var clock = PartClock()
    /// How long a sample of the leading track lasts, by the last two in any file: a part may hold but one.
    private(set) var step = Interval.usualPicture
    private var leading: Interval?
    private var writer: IndexWriter?

    /// Another file begins, of these tracks.
    mutating func begin(_ formats: [TrackFormat]) {
        (header, writer, open, hasOtherSets) = (nil, nil, nil, false)
        self.formats = formats
    }

    /// Notes when the leading track's next sample is decoded. Behind a gap it lasts as long as ever.
    mutating func leadingCame(at time: Interval) {
        defer { leading = time }
        guard let leading, (time - leading).isPictureLength else { return }
        step = time - leading
    }

    /// Notes a part, and before the first what `header` makes.
    mutating func append(
        _ part: IndexedPart, runs: [UInt8] = [], segment: Int, _ header: () -> IndexHeader
    ) {
        var record = ByteWriter(capacity: 64 + runs.count)
        if writer == nil {
            let made = header()
            self.header = made
            writer = IndexWriter(made, into: &record)
        }
        writer?.append(part, runs: runs, into: &record)
        finished.append(FinishedPart(segment: segment, part: part, record: record.bytes))
    }
}
