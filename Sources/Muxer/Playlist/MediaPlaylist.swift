public import Timing

/// An HLS media playlist of a recording that may still grow, in its low-latency form where it does
/// (RFC 8216bis §4.4): rendered from what the index lists, the files themselves untouched.
public struct MediaPlaylist: Sendable {
    /// One file of the recording.
    public struct File: Sendable {
        /// What its index begins with.
        public var header: IndexHeader
        /// From key frame to key frame; the last one still grows unless the file is finished.
        public var segments: [IndexedPart]
        /// The newest parts one by one, up to the file's end.
        public var parts: [IndexedPart]
        /// No more comes.
        public var isFinished: Bool
        /// Where a player finds it all.
        public var addresses: Addresses
        /// What every address ends with: nothing, or a query with its question mark.
        public var query = ""

        /// A file with all that is known of it.
        public init(
            header: IndexHeader, segments: [IndexedPart], parts: [IndexedPart] = [],
            isFinished: Bool, addresses: Addresses
        ) {
            (self.header, self.segments, self.parts) = (header, segments, parts)
            (self.isFinished, self.addresses) = (isFinished, addresses)
        }

        /// Segments that change no more.
        var closedCount: Int { isFinished ? segments.count : max(segments.count - 1, 0) }
    }

    /// How a player asks for a file's octets, relative to the playlist.
    public enum Addresses: Hashable, Sendable {
        /// By ranges of the file itself, which begins with its map; a transport stream needs none.
        case ranges(file: String)
        /// By ranges of the file, its map from elsewhere: the head of a closed MP4 is another.
        case rangesAndMap(file: String, map: String)
        /// By the offsets at which segments and parts begin, in a folder: cut when asked for.
        case cuts(folder: String)
    }

    /// Its files, oldest first; no two are decoded without a break.
    public private(set) var files: [File]
    /// The number of the first segment of the first file.
    public var firstSequenceNumber = 0
    /// Files that were listed once, before the first.
    public var removedFiles = 0
    /// Nothing will be added.
    public var isEnded: Bool
    /// The target duration that players were told before, in seconds: it never falls.
    public var announcedTarget = 0

    /// Media of files that are there and not listed: those before the first one, and those behind the last.
    public var unlisted = (before: Interval.zero, after: Interval.zero)

    /// A playlist of these files. To one that another follows nothing is added, also while it is still being
    /// closed.
    public init(files: [File], isEnded: Bool) {
        (self.files, self.isEnded) = (files, isEnded)
        for place in files.indices.dropLast() { self.files[place].isFinished = true }
    }

    /// How long no part exceeds that is listed. One with a pause of the source in it is forgotten when
    /// it is listed no longer.
    public var partTarget: Interval {
        partTarget(ofLast: segmentsWithParts(under: targetDuration))
    }

    /// How long no part of the last segments exceeds.
    func partTarget(ofLast count: Int) -> Interval {
        var longest = Self.leastPartTarget
        var left = count
        for file in files.reversed() {
            for segment in file.segments.suffix(left) {
                for part in file.parts(of: segment) { longest = max(longest, part.duration) }
            }
            left -= min(left, file.segments.count)
        }
        return longest
    }

    /// How many of the last segments are listed with their parts: those that begin less than three
    /// target durations before the end (RFC 8216bis §6.2.2), and the one they begin in.
    func segmentsWithParts(under targetDuration: Int) -> Int {
        segments(reaching: .seconds(3 * Int64(targetDuration)))
    }

    /// How many of the last segments it takes to reach so far back from the end.
    func segments(reaching limit: Interval) -> Int {
        var (behind, count) = (Interval.zero, 0)
        for segment in files.reversed().lazy.flatMap({ $0.segments.reversed() }) {
            if behind >= limit { break }
            behind = behind.adding(segment.duration)
            count += 1
        }
        return count
    }

    private static let leastPartTarget = Interval.milliseconds(200)
}

// MARK: What a blocking reload asks (RFC 8216bis §6.2.5.2)

extension MediaPlaylist {
    /// The number of the segment that still grows, or would come next.
    public var nextSequenceNumber: Int {
        files.reduce(firstSequenceNumber) { $0 + $1.closedCount }
    }

    /// Parts of that segment so far.
    public var openPartCount: Int {
        guard let file = files.last, !file.isFinished, let open = file.segments.last else {
            return 0
        }
        return file.parts(of: open).count
    }

    /// Whether segment `number`, or its part, is listed. A part behind a segment's last one stands for the
    /// first one of the next segment.
    public func contains(segment number: Int, part: Int?) -> Bool {
        let next = nextSequenceNumber
        guard let part, number >= next - 1 else { return number < next }
        if number > next { return false }
        return number == next
            ? part < openPartCount : openPartCount > 0 || part < lastClosedPartCount
    }

    /// Parts of the last segment that has ended; no number of them is too large where they are not known.
    private var lastClosedPartCount: Int {
        guard let file = files.last(where: { $0.closedCount > 0 }) else { return .max }
        let count = file.parts(of: file.segments[file.closedCount - 1]).count
        return count > 0 ? count : .max
    }

    /// A player that asks for more than this beyond the end is told that it is wrong: two segments behind the
    /// last one that has ended, or parts of three seconds.
    public func isFarAhead(segment number: Int, part: Int? = nil) -> Bool {
        let next = nextSequenceNumber
        guard let part, number == next else { return number > next + 1 }
        let target = max(partTarget.nanoseconds, 1)
        return part >= openPartCount + max(Int((3_000_000_000 + target - 1) / target), 3)
    }

    /// Whole seconds that no segment exceeds when it is rounded (RFC 8216bis §4.4.3.1), nor any that
    /// was listed before: it may not change, so it begins with what segments of two seconds and
    /// their key frames need, and rises where a source leaves no choice.
    public var targetDuration: Int {
        var longest = Interval.zero
        for file in files {
            for segment in file.segments { longest = max(longest, segment.duration) }
        }
        let (seconds, rest) = longest.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let needed = Int(seconds) + (rest >= 500_000_000 ? 1 : 0)
        return min(max(Self.leastTarget, announcedTarget, needed), Self.longestTarget)
    }

    private static let leastTarget = 4
    /// Of what an index says no more is believed: eleven days.
    private static let longestTarget = 1_000_000
}

extension MediaPlaylist.File {
    /// The parts that a segment consists of, as far as they are kept one by one.
    func parts(of segment: IndexedPart) -> ArraySlice<IndexedPart> {
        let first = parts.partitionIndex { $0.offset >= segment.offset }
        let last = parts.partitionIndex { $0.offset >= segment.end }
        return parts[first..<max(first, last)]
    }
}

extension Array {
    /// The first index from which on `belongs` is true, in an array so ordered.
    func partitionIndex(_ belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
