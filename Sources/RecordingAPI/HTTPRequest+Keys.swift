import Web

// What a query may say.

extension HTTPRequest {
    /// Names the first key of the query that means nothing to a call, and those that do; `nil` where all do.
    /// A `token` is its host's, and may be in any; so may `_`, which scripts add lest a cache answers.
    ///
    /// - Parameter known: What the call takes; `nil` of one that players make, who add keys of their own.
    func refusal(ofKeysBut known: [String]?) -> HTTPResponse? {
        guard let known,
            let key = query.map(\.name).first(where: {
                !$0.isEmpty && !["token", "_"].contains($0) && !known.contains($0)
            })
        else { return nil }
        let words = known.isEmpty ? "no keys in its query" : known.joined(separator: ", ")
        return .problem(400, "\(key.prefix(40)) is not known here: this call takes \(words)")
    }
}
