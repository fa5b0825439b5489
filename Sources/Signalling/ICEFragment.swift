import WebRTC

/// The SDP fragment of a trickle or a restart (RFC 8840 §9), as far as a lite agent reads it.
struct ICEFragment: Equatable {
    let credentials: ICECredentials
    private let mid: String?
    private let media: String?

    /// `nil` when the credentials are missing or out of range.
    init?(_ text: String) {
        var attributes: [Substring: Substring] = [:]
        var media: Substring?
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("m="), media == nil { media = line }
            guard line.hasPrefix("a="), let colon = line.firstIndex(of: ":") else { continue }
            let name = line[line.index(line.startIndex, offsetBy: 2)..<colon]
            if attributes[name] == nil { attributes[name] = line[line.index(after: colon)...] }
        }
        guard let ufrag = attributes["ice-ufrag"], let password = attributes["ice-pwd"],
            (4...256).contains(ufrag.utf8.count), (22...256).contains(password.utf8.count)
        else { return nil }
        credentials = ICECredentials(ufrag: String(ufrag), password: String(password))
        mid = attributes["mid"].map(String.init)
        self.media = media.map(String.init)
    }

    /// The fragment that tells the peer our new credentials.
    func answer(_ local: ICECredentials) -> String {
        var lines = ["a=ice-lite", "a=ice-ufrag:\(local.ufrag)", "a=ice-pwd:\(local.password)"]
        if let media { lines.append(media) }
        if let mid { lines.append("a=mid:\(mid)") }
        return lines.map { $0 + "\r\n" }.joined()
    }
}
