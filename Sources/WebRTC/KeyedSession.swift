public import Ciphers

extension SRTPKeyingMaterial {
    /// Keys that both sides of a simulated session derive from a secret and the session's name.
    ///
    /// - Parameter session: The answerer's ICE user fragment, which both sides know.
    public init(profile: SRTPProfile, secret: [UInt8], session: String) {
        func derive(_ label: String, _ count: Int) -> [UInt8] {
            Array(hmacSHA256(key: secret, data: Array("\(label) \(session)".utf8)).prefix(count))
        }
        self.init(
            profile: profile,
            clientKey: derive("client key", profile.keyByteCount),
            clientSalt: derive("client salt", profile.saltByteCount),
            serverKey: derive("server key", profile.keyByteCount),
            serverSalt: derive("server salt", profile.saltByteCount))
    }
}
