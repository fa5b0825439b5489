import Web

/// Whose web pages a browser may let call the server (CORS, the Fetch standard §3.2).
public enum Origins: Hashable, Sendable {
    /// Any page's.
    case any
    /// Pages of this machine, and the server's own, called by address or as `localhost`: for a server
    /// that asks nobody who he is, or any page that its user opens could watch and publish.
    case local

    /// What to answer in `access-control-allow-origin`; `nil` refuses.
    func admitted(_ request: HTTPRequest) -> String? {
        // A browser that asks on behalf of another page always names it.
        guard self == .local, let origin = request.headers[.origin] else { return "*" }
        guard let scheme = origin.firstIndex(of: ":") else { return nil }
        let authority = origin[scheme...].dropFirst(3)  // behind "://"
        return isLoopback(authority) || authority == request.headers[.host] ?? "" ? origin : nil
    }

    /// Refuses what another name than this machine's own was asked: its page may be anybody's.
    func check(_ request: HTTPRequest) throws(Refused) {
        guard self == .any || request.isToAddress else {
            throw Refused(
                status: 403,
                sentence: "Without --auth-secret only localhost and addresses are answered: "
                    + "under another name, say --insecure")
        }
    }

    private func isLoopback(_ authority: Substring) -> Bool {
        let host =
            authority.hasPrefix("[")
            ? authority.prefix { $0 != "]" }.dropFirst() : authority.prefix { $0 != ":" }
        return host == "localhost" || host == "::1" || host == "127.0.0.1"
    }
}
