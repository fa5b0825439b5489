/// The sessions that claim an address beside the one whose packets are expected from there.
///
/// A check proves that a session is meant, not that its peer lives where the check seems to come from; so a
/// check takes an address from nobody, it adds a claim. Few may share an address: at the bound the one
/// gives way whose keys opened a packet from there least recently, and before any such one those that
/// have opened none, the oldest claim first.
struct OtherClaimants {
    /// Those whose keys have opened packets from there, the last to do so first, and with them who was
    /// expected there before; then the others, the newest claim first.
    private(set) var handles: [TransportHandle] = []
    private var provedCount = 0  // of `handles`, the first

    var isEmpty: Bool { handles.isEmpty }

    /// Those whose keys have opened nothing from there, the newest claim first.
    var unproved: ArraySlice<TransportHandle> { handles[provedCount...] }

    /// Those whose keys have opened packets from there, the last to do so first.
    var proved: ArraySlice<TransportHandle> { handles[..<provedCount] }

    /// Takes a new claim in.
    ///
    /// - Returns: Whose claim gave way for it.
    mutating func add(_ handle: TransportHandle) -> TransportHandle? {
        let displaced = handles.count == Self.limit ? handles.removeLast() : nil
        provedCount = min(provedCount, handles.count)
        handles.insert(handle, at: provedCount)
        return displaced
    }

    /// Puts the one whose packets were expected up to now in the place of `handle`, whose keys have
    /// opened one.
    mutating func replace(_ handle: TransportHandle, by former: TransportHandle) {
        remove(handle)
        handles.insert(former, at: 0)
        provedCount += 1
    }

    mutating func remove(_ handle: TransportHandle) {
        guard let index = handles.firstIndex(of: handle) else { return }
        handles.remove(at: index)
        if index < provedCount { provedCount -= 1 }
    }

    /// Takes out who is next to be expected there.
    mutating func popFirst() -> TransportHandle? {
        guard let first = handles.first else { return nil }
        remove(first)
        return first
    }

    static let limit = 7  // beside the first: a forged packet costs eight looks at its tag at most
}
