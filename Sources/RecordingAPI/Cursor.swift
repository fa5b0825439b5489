import Synchronization

/// Walks a range of octets in pieces.
final class Cursor: Sendable {
    private let state: Mutex<Range<UInt64>>

    init(_ range: Range<UInt64>) { state = Mutex(range) }

    /// The next piece; empty at the end.
    func next() -> Range<UInt64> {
        state.withLock { rest in
            let end = min(rest.upperBound, rest.lowerBound + Self.pieceByteCount)
            defer { rest = end..<rest.upperBound }
            return rest.lowerBound..<end
        }
    }

    /// Large enough that asking costs little, small beside what a recording may take.
    private static let pieceByteCount: UInt64 = 128 * 1024
}
