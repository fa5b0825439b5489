/// The replay windows of one direction, by SSRC. Grows by one for each source that proved authentic.
struct SourceTable {
    /// Sources one peer may use. Evicting one would open the door to its old packets, so the next
    /// one is refused instead.
    static let limit = 64

    // Apart from the windows, so that the search stays within a few cache lines.
    private var ssrcs: [UInt32] = []
    private var windows: [ReplayWindow] = []

    /// Where `ssrc` stands; one past the end when it is new, `nil` when it is one too many.
    func position(of ssrc: UInt32) -> Int? {
        for position in ssrcs.indices where ssrcs[position] == ssrc { return position }
        return ssrcs.count < Self.limit ? ssrcs.count : nil
    }

    /// The index of a packet from the source at `position`.
    func estimatedIndex(of sequenceNumber: UInt16, at position: Int) -> UInt64 {
        guard position < windows.count else { return UInt64(sequenceNumber) }
        return windows[position].estimatedIndex(of: sequenceNumber)
    }

    /// Whether the source at `position` has sent this index before.
    func refuses(_ index: UInt64, at position: Int) -> Bool {
        position < windows.count && windows[position].refuses(index)
    }

    /// Remembers an authentic packet, and its source if it is new.
    mutating func insert(_ index: UInt64, of ssrc: UInt32, at position: Int) {
        if position == windows.count {
            ssrcs.append(ssrc)
            windows.append(ReplayWindow())
        }
        windows[position].insert(index)
    }
}
