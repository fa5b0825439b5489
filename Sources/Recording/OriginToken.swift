import Fetch

/// A bearer token and the one server that it is for: whoever names another as a source has it sent nowhere.
public struct OriginToken: Sendable {
    private let token: String
    private let origin: String

    /// A token for the scheme, host and port of an address; `nil` where that names no server of HTTP's.
    public init?(_ token: String, for address: String) {
        guard let origin = HTTPCall.origin(of: address) else { return nil }
        (self.token, self.origin) = (token, origin)
    }

    /// The token, where it is for the server of that address.
    func token(for address: String) -> String? {
        HTTPCall.origin(of: address) == origin ? token : nil
    }
}
