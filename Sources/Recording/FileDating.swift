import Muxer
import Timing
import Wire

/// Dates a recording's files: says when media time zero was, once in each file's index.
///
/// An index begins before it is known whether what has come so far was live. Until that is certain nobody is
/// told of the file's parts; then the index's head is written again with the date that stays.
struct FileDating {
    private var clock: ClockMap
    private var capture = CaptureClock()
    /// What the present file's index began with, until its date has been told.
    private var pending: (header: IndexHeader, byteCount: Int, isCertain: Bool)?
    /// Whether the date last asked for stays.
    private var isCertain = false
    private var nextCut: Int64?  // nanoseconds since 1970

    /// Dates by this wall clock.
    init(_ clock: ClockMap) { self.clock = clock }

    /// Dates files that begin from now on by this.
    mutating func follow(_ clock: ClockMap) { self.clock = clock }

    /// Nanoseconds since 1970 at media time zero, as the source's sender says.
    mutating func follow(sender wallClock: Int64?) {
        capture.sender = wallClock ?? capture.sender
    }

    /// Takes note of a frame of the track that files begin with.
    mutating func frameArrived(_ time: Interval, at arrival: Instant) {
        capture.frameArrived(time, at: arrival)
    }

    /// Takes note of a frame of another track.
    mutating func otherFrameArrived(at arrival: Instant) {
        capture.otherFrameArrived(at: arrival)
    }

    /// Nothing more comes for now: what has come is as live as it gets.
    mutating func settle() { capture.settle() }

    /// Whether what comes now is dated at a multiple of `alignment` or behind one, and what this was asked
    /// for last was not: what is captured before the hour and comes behind it is the last hour's.
    mutating func isCut(_ time: Interval, every alignment: Interval?) -> Bool {
        guard let step = alignment?.nanoseconds, step > 0 else { return false }
        let now = (capture.wallClock(by: clock) ?? 0) + time.nanoseconds
        // Told anew each time: where the wall clock has been set back, it is nearer than before.
        defer { nextCut = (now / step + 1) * step }
        return nextCut.map { now >= $0 } ?? false
    }

    /// Nanoseconds since 1970 at media time zero, for the index of a file that begins.
    mutating func wallClock() -> Int64 {
        isCertain = capture.isSettled
        return capture.wallClock(by: clock) ?? 0
    }

    /// Whether a file's date is certain by now and has not been told.
    var isDue: Bool { pending != nil && capture.isSettled }

    /// Takes note of what the present file's index begins with, behind the date last asked for.
    mutating func begin(_ record: [UInt8]) {
        guard let reader = try? IndexReader(record.span.bytes) else { return }
        pending = (reader.header, reader.byteCount, isCertain)
    }

    /// Tells the present file's date with what is added to it, if it is certain.
    ///
    /// - Parameter isLast: Whether nothing more is added: what is known by now has to do.
    mutating func date(_ chunk: inout FileChunk, isLast: Bool) {
        guard let (header, byteCount, isCertain) = pending else { return }
        guard capture.isSettled || isLast else { return chunk.isUndated = true }
        pending = nil
        chunk.header = header
        var dated = header
        if !isCertain { dated.wallClock = wallClock() }
        guard dated != header else { return }
        var writer = ByteWriter(capacity: byteCount)
        _ = IndexWriter(dated, into: &writer)
        guard writer.count == byteCount else { return }
        (chunk.header, chunk.indexHead) = (dated, writer.bytes)
    }
}
