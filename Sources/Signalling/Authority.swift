import Web

/// Who may call what.
public struct Authority: Sendable {
    let origins: Origins
    private let secret: [UInt8]?
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - secret: The key of the callers' tokens; `nil` lets everybody do everything.
    ///   - origins: Whose pages a browser may let call; who has a token proves himself by it.
    ///   - clock: The wall clock, in seconds since 1970.
    public init(
        secret: [UInt8]?, origins: Origins = .any, clock: @escaping @Sendable () -> Int64
    ) {
        (self.secret, self.origins, self.clock) = (secret, origins, clock)
    }

    /// Throws unless the request's token grants `permission` in `room`.
    func require(
        _ permission: BearerToken.Permission, in room: String, of request: HTTPRequest
    ) throws(TokenError) {
        guard let secret else { return }
        try request.token(secret: secret, now: clock()).require(permission, in: room)
    }

    /// Throws unless the request's token is good for anything in `room`.
    func requireAny(in room: String, of request: HTTPRequest) throws(TokenError) {
        guard let secret else { return }
        let token = try request.token(secret: secret, now: clock())
        if (try? token.require(.publish, in: room)) == nil {
            try token.require(.subscribe, in: room)
        }
    }

    /// The peer a call speaks for: whom its token names, else `named`. Throws when they differ.
    func peer(of request: HTTPRequest, naming named: String?) throws(TokenError) -> String? {
        guard let secret,
            let claimed = try request.token(secret: secret, now: clock()).peer
        else { return named }
        guard named == nil || named == claimed else { throw .otherPeer }
        return claimed
    }

    /// Throws unless the request's token may take `peer` out of `room`: its own, or that of who may
    /// publish there for any peer.
    func requireLeave(
        of peer: String, in room: String, of request: HTTPRequest
    ) throws(TokenError) {
        guard let secret else { return }
        let token = try request.token(secret: secret, now: clock())
        guard token.peer == nil else {
            guard token.peer == peer else { throw .otherPeer }
            return try requireAny(in: room, of: request)
        }
        try token.require(.publish, in: room)
    }

    /// Throws unless the request's token, which may stand in its address, reads that recording.
    func requireReading(of recording: String, of request: HTTPRequest) throws(TokenError) {
        guard let secret else { return }
        try request.token(secret: secret, now: clock(), takesQuery: true)
            .requireReading(of: recording)
    }

    /// A token for addresses of one recording, for whoever may read it: it ends after `seconds`, or
    /// when the caller's own does; `nil` where no tokens are wanted.
    func link(
        to recording: String, lasting seconds: Int64, for request: HTTPRequest
    ) throws(TokenError) -> String? {
        guard let secret else { return nil }
        let now = clock()
        let own = try request.token(secret: secret, now: now, takesQuery: true)
        try own.requireReading(of: recording)
        return BearerToken.reading(
            recording, until: min(now + seconds, own.expiry), secret: secret)
    }

    /// Throws unless the request's token opens what belongs to no room.
    func requireAdmin(of request: HTTPRequest) throws(TokenError) {
        guard let secret else { return }
        try request.token(secret: secret, now: clock()).requireAdmin()
    }
}
