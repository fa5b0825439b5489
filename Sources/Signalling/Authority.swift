import Web

/// Who may call what.
public struct Authority: Sendable {
    private let secret: [UInt8]?
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - secret: The key of the callers' tokens; `nil` lets everybody do everything.
    ///   - clock: The wall clock, in seconds since 1970.
    public init(secret: [UInt8]?, clock: @escaping @Sendable () -> Int64) {
        (self.secret, self.clock) = (secret, clock)
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

    /// Throws unless the request's token opens what belongs to no room.
    func requireAdmin(of request: HTTPRequest) throws(TokenError) {
        guard let secret else { return }
        try request.token(secret: secret, now: clock()).requireAdmin()
    }
}
