import Timing

// Answers after which it asks again: with a proof of who it is, or elsewhere.

extension RTSPClient {
    /// Sends a request again with what the server asks for: once, and once more when only the
    /// nonce was too old.
    mutating func prove(
        _ exchange: Exchange, _ response: RTSPResponse, at now: Instant
    ) {
        let challenges = AuthenticationChallenge.list(
            parsing: response.headers.values("WWW-Authenticate"))
        let isStale = AuthenticationChallenge.best(of: challenges)?.isStale ?? false
        let isHopeless = exchange.refusalCount > (isStale ? 1 : 0)
        switch exchange.purpose {
        case .keepAlive where isHopeless: return
        case .teardown where isHopeless: return finish(nil)
        case .options, .describe, .setup, .play, .keepAlive, .teardown: break
        }
        do throws(RTSPError) {
            guard !isHopeless else { throw RTSPError.wrongCredentials }
            try authentication.accept(challenges)
            try checkLeak()
        } catch { return fail(error) }
        send(
            exchange.purpose, exchange.request, refusalCount: exchange.refusalCount + 1, at: now)
    }

    /// A password in the clear goes to no host but the one it was given for.
    private func checkLeak() throws(RTSPError) {
        guard let challenge = authentication.challenge, challenge.isBasic, !url.isSecure,
            url.host != configuration.url.host
        else { return }
        throw .passwordWouldLeak
    }

    mutating func redirect(to location: String?) {
        guard let location, var target = try? RTSPURL(parsing: location),
            target.isSecure || !url.isSecure
        else { return fail(.badRedirection) }
        redirectionCount += 1
        guard redirectionCount <= Self.redirectionLimit else {
            return fail(.tooManyRedirections(limit: Self.redirectionLimit))
        }
        target.credentials = url.credentials
        hasReopened = false
        reopen(at: target)
    }

    /// Begins again on a connection that the owner has to open.
    mutating func reopen(at target: RTSPURL) {
        url = target
        exchanges.removeAll()
        (session, tracks, plan, channels) = (nil, [], SetupPlan(), ChannelTable())
        (keepAliveTime, reportTime, lastPacketTime, output) = (nil, nil, nil, [])
        state = .redirecting
        events.append(.redirected(target))
    }

    private static let redirectionLimit = 5
}
