import Ciphers
import Reactor
import Timing
import Wire

/// Carries out one command of the generator.
struct Run {
    let options: Options
    private let cipher: SRTPProfile
    private let profile: Profile

    init(_ options: Options) throws(LoadError) {
        self.options = options
        switch options["cipher"] ?? "gcm" {
        case "gcm": cipher = .aeadAES128GCM
        case "cm": cipher = .aes128CMHMACSHA1_80
        default: throw .usage
        }
        switch options["profile"] ?? "live" {
        case "live": profile = .live
        case "burst8": profile = .burst8
        default: throw .usage
        }
    }

    func perform() throws {
        let certificate = try Certificate()
        // Only one profile is offered: the run measures that cipher and no other.
        let context = try DTLSContext(certificate: certificate, profiles: [cipher])
        switch options.command {
        case "publish":
            let session = try session("whip", 0, letter: "P", context)
            try Publisher(session: session, profile: profile).run()
        case "consume":
            let count = Int(try options.number("consumers", default: 1))
            let audience = Audience(wanted: count) {
                let posted = Instant.now()
                return Viewer(
                    session: try session("whep", $0, letter: "J", context), posted: posted)
            }
            try audience.run(
                warm: try options.number("warm", default: 1),
                seconds: try options.number("seconds", default: 4))
        default: throw LoadError.usage
        }
    }

    private func session(
        _ verb: String, _ number: Int, letter: Unicode.Scalar, _ context: DTLSContext
    ) throws -> ClientSession {
        if let text = options["floor"] {
            guard let floor = Endpoint(text) else { throw LoadError.usage }
            return try ClientSession(floor: floor, letter: letter, profile: cipher)
        }
        guard let server = options["http"].flatMap({ Endpoint($0) }) else { throw LoadError.usage }
        let ufrag = "load\(number)"
        let publishes = verb == "whip"
        let offer = Offer(
            ufrag: ufrag, password: "loadloadloadloadloadload",
            fingerprint: context.certificate.fingerprint,
            direction: publishes ? "sendonly" : "recvonly",
            carriesAudio: !publishes || profile.streams.count > 1)
        let answer = try WebCall(server: server).post(
            offer.text, to: "/rooms/bench/\(verb)\(publishes ? "" : "?wait=5")")
        return try ClientSession(
            server: try ServerDescription(parsing: answer), context: context, ufrag: ufrag)
    }
}
