/// Numbers the full intra requests that one endpoint sends, and knows again those it has had
/// (RFC 5104 §4.3.1): a request that is repeated bears its first number, and is followed once.
public struct FullIntraCommands: Hashable, Sendable {
    private struct Numbered: Hashable {
        var requester: UInt32  // 0 for ourselves
        var ssrc: UInt32
        var number: UInt8
    }

    private var sent: [Numbered] = []
    private var followed: [Numbered] = []

    /// None sent, none had.
    public init() {}

    /// A new request for `ssrc`.
    public mutating func request(_ ssrc: UInt32) -> FullIntraRequest.Entry {
        let last = Self.take(0, ssrc, from: &sent)
        let next = Numbered(requester: 0, ssrc: ssrc, number: last.map { $0 &+ 1 } ?? 0)
        Self.keep(next, in: &sent)
        return FullIntraRequest.Entry(ssrc: ssrc, sequenceNumber: next.number)
    }

    /// The last request for `ssrc` once more: no key frame has come; `nil` when there was none.
    public func repetition(for ssrc: UInt32) -> FullIntraRequest.Entry? {
        sent.last { $0.ssrc == ssrc }.map { .init(ssrc: ssrc, sequenceNumber: $0.number) }
    }

    /// Takes note of a request by `requester`; answers whether it is a new one, to be followed.
    public mutating func requestArrived(
        _ entry: FullIntraRequest.Entry, from requester: UInt32
    ) -> Bool {
        let last = Self.take(requester, entry.ssrc, from: &followed)
        Self.keep(
            Numbered(requester: requester, ssrc: entry.ssrc, number: entry.sequenceNumber),
            in: &followed)
        return last != entry.sequenceNumber
    }

    private static func take(
        _ requester: UInt32, _ ssrc: UInt32, from list: inout [Numbered]
    ) -> UInt8? {
        list.firstIndex { $0.requester == requester && $0.ssrc == ssrc }
            .map { list.remove(at: $0).number }
    }

    private static func keep(_ numbered: Numbered, in list: inout [Numbered]) {
        if list.count == limit { list.removeFirst() }
        list.append(numbered)
    }

    /// Streams whose numbers are kept, either way; what has been quiet longest goes.
    public static let limit = 64
}
