public import Timing

// How it ends: by the owner, the connection, the camera or a failure.

extension RTSPClient {
    /// The connection ended, from the other side or by an error.
    public mutating func connectionClosed(at now: Instant) {
        switch state {
        case .idle, .redirecting, .ended: return
        case .closing: finish(nil)
        case .opening where exchanges.contains { $0.refusalCount > 0 }:
            // Some cameras hang up with the 401, and want the answer on a new connection.
            if hasReopened { return fail(.wrongCredentials) }
            hasReopened = true
            reopen(at: url)
        case .opening, .playing: fail(.connectionClosed)
        }
    }

    /// Ends the session: asks the camera to, and waits for its answer two seconds at most.
    public mutating func close(at now: Instant) {
        switch state {
        case .closing, .ended: return
        case .idle, .opening, .redirecting, .playing: break
        }
        guard session != nil, !isRedirecting else { return finish(nil) }
        exchanges.removeAll()
        state = .closing(limit: now + Self.closingTime)
        (keepAliveTime, reportTime, lastPacketTime) = (nil, nil, nil)
        send(.teardown, RTSPRequest(.teardown, uri: plan.aggregateURL), at: now)
    }

    mutating func fail(_ error: RTSPError) {
        if case .closing = state { return finish(nil) }
        switch error {
        case .connectionClosed, .closedByServer, .sessionLost: break
        case .credentialsNeeded, .wrongCredentials, .unsupportedAuthentication, .notFound,
            .refused, .noTrack, .invalidDescription, .timedOut, .noMedia, .tooManyRedirections,
            .badRedirection, .passwordWouldLeak, .tooLarge, .malformed, .notRTSP, .stepLost:
            // Some cameras keep sending to nobody, or have room for one session alone.
            if session != nil { write(RTSPRequest(.teardown, uri: plan.aggregateURL)) }
        }
        finish(error)
    }

    mutating func finish(_ error: RTSPError?) {
        guard !isEnded else { return }
        exchanges.removeAll()
        (keepAliveTime, reportTime, lastPacketTime) = (nil, nil, nil)
        events.append(.ended(error))
        state = .ended
    }

    private static let closingTime = Interval.seconds(2)
}
