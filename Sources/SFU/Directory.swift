import Wire

/// How the worker finds a child: by the name, the credential or the address a datagram carries.
struct Directory {
    private var rooms: [String: RoomHandle] = [:]
    private var transports: [String: TransportHandle] = [:]
    private var sessions: [String: TransportHandle] = [:]  // by local ICE user fragment
    private var addresses: [Endpoint: TransportHandle] = [:]

    func room(_ name: String) -> RoomHandle? { rooms[name] }
    func transport(id: String) -> TransportHandle? { transports[id] }
    func transport(ufrag: String) -> TransportHandle? { sessions[ufrag] }
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

    /// Binds an address to a transport; the newest authenticated claim wins.
    mutating func bind(_ address: Endpoint, to handle: TransportHandle) {
        addresses[address] = handle
    }

    /// Forgets an address, unless another transport has claimed it since.
    mutating func unbind(_ address: Endpoint, from handle: TransportHandle) {
        if addresses[address] == handle { addresses[address] = nil }
    }

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
        for (address, transport) in addresses
        where !transports.contains(transport)
            || !transports[transport].addresses.contains(address)
        {
            return false
        }
        return true
    }

    mutating func remove(
        transport id: String, ufrag: String, addresses stale: [Endpoint],
        of handle: TransportHandle
    ) {
        transports[id] = nil
        sessions[ufrag] = nil
        for address in stale { unbind(address, from: handle) }
    }
}
