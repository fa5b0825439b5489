import Ciphers
public import Wire

/// One direction of a path.
public final class LossyLine {
    /// How many of a hundred datagrams are lost.
    public var lossPercent: UInt64 = 0
    /// Whether all are.
    public var isCut = false
    private var arena = SendArena()
    private var random: SeededRandom

    /// A line that loses nothing yet; which datagrams it will lose the seed decides.
    public init(seed: UInt8) { random = SeededRandom(seed: [seed]) }

    /// Whether the next datagram comes through.
    public func carries() -> Bool { !isCut && random.next() % 100 >= lossPercent }

    /// The datagrams that come through of those that somebody sends.
    public func take(
        _ next: (inout SendArena) -> Transmit?
    ) -> [(bytes: [UInt8], destination: Endpoint)] {
        var datagrams: [(bytes: [UInt8], destination: Endpoint)] = []
        repeat {
            arena.removeAll()
            while let run = next(&arena) {
                var offset = run.offset
                while offset < run.offset + run.byteCount {
                    let count = min(run.segmentLength, run.offset + run.byteCount - offset)
                    let bytes = UnsafeRawBufferPointer(start: arena.base + offset, count: count)
                    offset += count
                    if carries() { datagrams.append((Array(bytes), run.destination)) }
                }
            }
        } while !arena.isEmpty
        return datagrams
    }
}
