public import Muxer
import Timing

/// The parts of a growing file, for those who play it while it grows: what is listed here is in the
/// file, and can be read from it.
///
/// The newest parts are kept one by one, older ones joined into spans from key frame to key frame, at most
/// of five minutes or 32 MB, and of a minute where no key frame has come for so long: a day takes two
/// megabytes. Each part on its own is found in the index beside the file for ever.
public final class LiveIndex: Sendable {
    /// What can be seen of a file at one moment.
    public struct Snapshot: Sendable {
        /// Where the file lies; `nil` until it has been made.
        public var path: String?
        /// What the index beside it begins with; `nil` until there is a part.
        public var header: IndexHeader?
        /// Octets that can be read from it.
        public var byteCount: UInt64 = 0
        /// Parts that are listed no longer, before the first of `parts`.
        public var firstPart = 0
        /// The newest parts, oldest first.
        public var parts: [IndexedPart] = []
        /// Everything so far from key frame to key frame, each of two seconds at least; the last one
        /// may still grow.
        public var spans: [IndexedPart] = []
        /// No more comes.
        public var isFinished = false
        /// Parts that wait for the file's date.
        var undated: [IndexedPart] = []

        /// The parts that there have ever been.
        public var partCount: Int { firstPart + parts.count }
    }

    /// What the file is.
    public let container: Container

    let current = Awaited(Snapshot(), waiterLimit: 1000)

    /// The index of a file that nothing has been written to.
    init(_ container: Container) { self.container = container }

    /// How it stands.
    public var snapshot: Snapshot { current.value }

    /// Where the file lies, and whether it has ended.
    var place: (path: String?, isFinished: Bool) {
        current.read { ($0.path, $0.isFinished) }
    }

    /// Waits until there are more than `count` parts, or the file is finished, or `limit` has passed.
    /// With a thousand waiting already, it does not wait.
    ///
    /// - Returns: How it stands then.
    public func next(after count: Int, within limit: Duration) async -> Snapshot {
        await current.next(within: limit) { $0.isFinished || $0.partCount > count }
    }

    /// Parts that are kept one by one: more than ten minutes of them.
    static let partLimit = 4096
    /// Spans are halved in number beyond this: three days of them. No file that is recorded comes so far.
    static let spanLimit = 131_072
    /// Octets of a span in which no key frame comes: more than ten seconds of any camera's.
    static let spanByteLimit: UInt64 = 32 << 20
    /// How long a span grows that begins with a key frame: what is cut off behind it cannot be decoded by
    /// itself, so longer than from key frame to key frame of cameras that send few.
    static let spanDurationLimit = Interval.seconds(300)
    /// How long one grows behind that, as where pictures end and sound goes on: players wait for it.
    static let restDurationLimit = Interval.seconds(60)
}

// MARK: The writer's side

extension LiveIndex {
    /// The file is there.
    func opened(_ path: String) { current.update { $0.path = path } }

    /// Octets and whole parts are in the file. Parts whose date may still change are not listed: what a
    /// player has been told stays as it was.
    func wrote(_ chunk: FileChunk, byteCount: UInt64) {
        current.update { snapshot in
            snapshot.byteCount = byteCount
            snapshot.header = snapshot.header ?? chunk.header
            guard !chunk.isUndated || snapshot.undated.count >= Self.partLimit else {
                return snapshot.undated += chunk.parts
            }
            for part in snapshot.undated + chunk.parts { snapshot.append(part) }
            snapshot.undated = []
        }
    }

    /// No more comes; of what is there, `byteCount` octets are whole.
    func finished(byteCount: UInt64) {
        current.update { ($0.isFinished, $0.byteCount) = (true, byteCount) }
    }
}

extension LiveIndex.Snapshot {
    mutating func append(_ part: IndexedPart) {
        if parts.count >= LiveIndex.partLimit {
            parts.removeFirst(LiveIndex.partLimit / 4)
            firstPart += LiveIndex.partLimit / 4
        }
        parts.append(part)
        guard let last = spans.last, !last.isWhole(before: part) else {
            if spans.count >= LiveIndex.spanLimit { joinSpans() }
            return spans.append(part)
        }
        spans[spans.count - 1].join(part)
    }

    /// Each two neighbours become one.
    private mutating func joinSpans() {
        let pairs = stride(from: 0, to: spans.count, by: 2).map {
            spans[$0..<min($0 + 2, spans.count)]
        }
        spans = pairs.flatMap { pair -> [IndexedPart] in
            guard var first = pair.first, let last = pair.last, pair.count == 2,
                UInt64(first.byteCount) + UInt64(last.byteCount) <= UInt64(UInt32.max)
            else { return Array(pair) }
            first.join(last)
            return [first]
        }
    }
}

extension IndexedPart {
    /// Whether another span begins with `next`: from key frame to key frame, two seconds at least; where no
    /// key frame comes, so long as players wait for, and so many octets as can be read and cut at once.
    fileprivate func isWhole(before next: IndexedPart) -> Bool {
        if next.isIndependent, duration >= .seconds(2) || !isIndependent { return true }
        let limit = isIndependent ? LiveIndex.spanDurationLimit : LiveIndex.restDurationLimit
        return duration >= limit
            || UInt64(byteCount) + UInt64(next.byteCount) > LiveIndex.spanByteLimit
    }

    fileprivate mutating func join(_ next: IndexedPart) {
        byteCount += next.byteCount
        duration = next.start + next.duration - start
        hasOtherSets = hasOtherSets || next.hasOtherSets
    }
}

/// How many spans a file's parts come to, without keeping them.
struct SpanCount {
    /// As many as a snapshot would have.
    private(set) var value = 0
    private var last: IndexedPart?

    mutating func append(_ part: IndexedPart) {
        guard var last, !last.isWhole(before: part) else {
            value += 1
            self.last = part
            return
        }
        last.join(part)
        self.last = last
    }
}
