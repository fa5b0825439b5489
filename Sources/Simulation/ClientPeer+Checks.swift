import Ciphers
public import Timing
public import WebRTC
public import Wire

// A browser's way to the server: the answer that names it, checks that open the path and keep it, and
// another path.

extension ClientPeer {
    /// Takes in what the answer to `offer` says: credentials, and a candidate of the server's. Checks
    /// begin at once. A second answer, after `renewCredentials`, ends an ICE restart.
    public mutating func accept(
        ufrag: String, password: String, server: Endpoint, at now: Instant
    ) {
        self.server = server
        session = session ?? ufrag
        let seed = withUnsafeBytes(of: random.next().bigEndian) { Array($0) }
        check = ICEConnectivityCheck(
            local: local, remote: ICECredentials(ufrag: ufrag, password: password),
            random: SeededRandom(seed: seed))
        nextCheck = now
    }

    /// Begins an ICE restart (RFC 8445 §9): new credentials to tell the server.
    public mutating func renewCredentials() -> ICECredentials {
        local = ICECredentials(drawnFrom: &random)
        return local
    }

    /// Looks for the server anew: from a new address, media flows only once that has been checked.
    mutating func move(to address: Endpoint) {
        self.address = address
        if nextCheck != nil { nextCheck = now }
    }

    mutating func sendCheck() {
        guard let request = check?.request() else { return }
        lastCheck = request
        waiting.append(request)
        let isSettled = isConnected && check?.isValid == true
        nextCheck = now + (isSettled ? Self.consentInterval : Self.checkInterval)
    }

    mutating func receiveCheck(_ bytes: RawSpan) {
        guard case .valid? = check?.receive(bytes) else {
            refusedCheckCount += 1
            return
        }
        nextCheck = now + Self.consentInterval
        guard !isConnected, let session else { return }
        keys.derive(SRTPKeyingMaterial(profile: profile, secret: secret, session: session))
        publication.begin(at: now)
        reception.begin(at: now)
    }

    private static var checkInterval: Interval { .milliseconds(50) }
    private static var consentInterval: Interval { .seconds(5) }
}

extension ICECredentials {
    init(drawnFrom random: inout SplitMix) {
        self.init(
            ufrag: "peer\(random.below(1_000_000))",
            password: "password\(1_000_000_000_000_000 + random.below(1_000_000_000))")
    }
}
