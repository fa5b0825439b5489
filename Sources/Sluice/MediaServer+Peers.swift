public import SFU

extension MediaServer {
    /// Lets a peer into a room without media; returns the others.
    public func join(
        _ profile: PeerProfile, room: String, title: String? = nil
    ) async throws(SessionError) -> [PeerProfile] {
        let elsewhere = try await branchPeers(of: room)
        guard !elsewhere.contains(where: { $0.id == profile.id }) else {
            throw .peerExists(profile.id)
        }
        let others = try await onWorker(of: room) { worker, now throws(SessionError) in
            try worker.join(profile, room: room, title: title, at: now)
        }
        return others + elsewhere.filter { peer in !others.contains { $0.id == peer.id } }
    }

    /// Takes a peer and all its sessions out of a room.
    public func leave(peer: String, room: String) async throws(SessionError) {
        var (refusal, hasLeft): (SessionError?, Bool) = (nil, false)
        for loop in placement.loops(of: room) {
            do throws(SessionError) {
                try await onWorker(loop) { worker, now throws(SessionError) in
                    try worker.leave(peer: peer, room: room, at: now)
                }
                hasLeft = true
            } catch {
                refusal = refusal ?? error
            }
        }
        if let refusal, !hasLeft { throw refusal }
    }

    /// Who is in a room on other loops than its home, as they say of themselves.
    private func branchPeers(of room: String) async throws(SessionError) -> [PeerProfile] {
        try await branches(of: room).flatMap { $0.peers.map(\.profile) }
    }
}
