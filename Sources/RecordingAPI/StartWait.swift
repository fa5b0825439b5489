import Web

/// How long the answer to a start may wait for the first octets: `wait_seconds`.
struct StartWait {
    let duration: Duration

    /// `nil` where it is not from 0 to 15; five where nothing is said.
    init?(_ seconds: Double?) {
        let seconds = seconds ?? 5
        guard (0...15).contains(seconds) else { return nil }
        duration = .milliseconds(Int64(seconds * 1000))
    }

    static let refusal = HTTPResponse.problem(400, "wait_seconds must be from 0 to 15")
}
