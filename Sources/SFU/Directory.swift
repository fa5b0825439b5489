import Wire

/// How the worker finds a child: by the name, the credential or the address a datagram carries.
struct Directory {
    private var rooms: [String: RoomHandle] = [:]
    private var transports: [String: TransportHandle] = [:]
    private var sessions: [String: TransportHandle] = [:]  // by local ICE user fragment
    private var addresses: [Endpoint: TransportHandle] = [:]
    private var others: [Endpoint: OtherClaimants] = [:]  // of addresses that several claim

    func room(_ name: String) -> RoomHandle? { rooms[name] }
    func transport(id: String) -> TransportHandle? { transports[id] }
    func transport(ufrag: String) -> TransportHandle? { sessions[ufrag] }

    /// Whose packets are expected from an address: who was the last to send one from there that opened,
    /// or else the first to claim it.
    func transport(at address: Endpoint) -> TransportHandle? { addresses[address] }

    mutating func add(room name: String, _ handle: RoomHandle) { rooms[name] = handle }
    mutating func remove(room name: String) { rooms[name] = nil }

    mutating func add(transport id: String, ufrag: String, _ handle: TransportHandle) {
        transports[id] = handle
        sessions[ufrag] = handle
    }

    mutating func rename(ufrag old: String, to new: String) {
        sessions[new] = sessions.removeValue(forKey: old)
    }

    mutating func remove(
        transport id: String, ufrag: String, addresses stale: [Endpoint],
        of handle: TransportHandle
    ) {
        transports[id] = nil
        sessions[ufrag] = nil
        for address in stale { release(address, by: handle) }
    }
}

// MARK: Addresses

extension Directory {
    func isClaimed(_ address: Endpoint, by handle: TransportHandle) -> Bool {
        addresses[address] == handle || others[address]?.handles.contains(handle) == true
    }

    /// Whether more than one session claims an address.
    func isContested(_ address: Endpoint) -> Bool {
        !others.isEmpty && others[address] != nil
    }

    /// Those beside `transport(at:)` who claim an address, the likeliest to send from there first.
    func otherClaimants(of address: Endpoint) -> [TransportHandle] {
        others.isEmpty ? [] : others[address]?.handles ?? []
    }

    /// All who claim an address, in the order in which they are given a handshake's datagrams: of two
    /// handshakes that are still to come about, the later comer's must be the first to be answered.
    func claimantsByNovelty(of address: Endpoint) -> [TransportHandle] {
        guard let first = addresses[address] else { return [] }
        guard !others.isEmpty, let beside = others[address] else { return [first] }
        return Array(beside.unproved) + [first] + beside.proved
    }

    /// Adds a claim that is not yet there: the first of an address, or one beside the first.
    ///
    /// - Returns: Whose claim gave way for it.
    mutating func claim(_ address: Endpoint, by handle: TransportHandle) -> TransportHandle? {
        guard addresses[address] != nil else {
            addresses[address] = handle
            return nil
        }
        return others[address, default: OtherClaimants()].add(handle)
    }

    /// One of the others' keys have opened what came from an address: more is expected of it.
    mutating func expect(_ handle: TransportHandle, at address: Endpoint) {
        guard let former = addresses[address], former != handle else { return }
        others[address]?.replace(handle, by: former)
        addresses[address] = handle
    }

    /// Withdraws a claim; the others go on.
    mutating func release(_ address: Endpoint, by handle: TransportHandle) {
        if addresses[address] == handle {
            addresses[address] = others[address]?.popFirst()
        } else {
            others[address]?.remove(handle)
        }
        if others[address]?.isEmpty == true { others[address] = nil }
    }
}

extension Directory {
    /// Whether every name and address leads to a child that lives.
    func isConsistent(
        rooms living: borrowing Slab<Room>, transports: borrowing Slab<Transport>
    ) -> Bool {
        guard self.transports.count == transports.count, sessions.count == transports.count,
            rooms.count == living.count
        else { return false }
        for room in rooms.values where !living.contains(room) { return false }
        for transport in self.transports.values where !transports.contains(transport) {
            return false
        }
        for transport in sessions.values where !transports.contains(transport) { return false }
        return areClaimsConsistent(transports)
    }

    /// Whether each claim is a living transport's own, made once, and none is beside nobody.
    private func areClaimsConsistent(_ transports: borrowing Slab<Transport>) -> Bool {
        for address in others.keys where addresses[address] == nil { return false }
        var count = 0
        for (address, first) in addresses {
            let beside = others[address]?.handles
            guard beside?.isEmpty != true, beside?.count ?? 0 <= OtherClaimants.limit else {
                return false
            }
            let claimants = [first] + (beside ?? [])
            guard Set(claimants).count == claimants.count else { return false }
            for transport in claimants
            where !transports.contains(transport)
                || !transports[transport].addresses.contains(address)
            {
                return false
            }
            count += claimants.count
        }
        // As many as the transports say they have: together with the above, the very same.
        return count == transports.handles.reduce(0) { $0 + transports[$1].addresses.count }
    }
}
