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
        case "burst8": profile = .burst8(perSecond: try options.number("rate", default: 50))
        case "audio": profile = .audio
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
            let slowness = Int64(try options.number("slowness", default: 1))
            try Publisher(session: session, profile: profile, slowness: slowness).run()
        case "consume": try consume(context)
        case "storm": try storm(context)
        default: throw LoadError.usage
        }
    }

    /// Consumers that are there all the time, counted in as many windows as asked for.
    private func consume(_ context: DTLSContext) throws {
        let count = Int(try options.number("consumers", default: 1))
        guard let sinks = Audience.Sinks(rawValue: options["sinks"] ?? "reading") else {
            throw LoadError.usage
        }
        // A filtered consumer sees one packet in 256 and opens it.
        let asked = Int(try options.number("stride", default: 31))
        let audience = try audience(context, stride: sinks == .reading ? asked : 1)
        try audience.gather(count) { viewer in
            (profile.hasVideo ? viewer.firstVideo : viewer.firstMedia) != nil
        }
        say("joined")
        if sinks == .dropping { try audience.dropMedia() }
        audience.read(for: try options.number("warm", default: 1))
        for _ in 0..<Int(try options.number("windows", default: 1)) {
            audience.count(for: try options.number("seconds", default: 4))
            say(Findings(viewers: audience.viewers, sinks: sinks).window)
        }
    }

    /// Consumers that all come within `--within` seconds.
    private func storm(_ context: DTLSContext) throws {
        let count = Int(try options.number("consumers", default: 100))
        let audience = try audience(context, stride: 31, watchesForKeyframe: true)
        try audience.storm(count, within: try options.number("within", default: 1))
        say(Findings(viewers: audience.viewers, sinks: .reading).joining)
    }

    private func audience(
        _ context: DTLSContext, stride: Int, watchesForKeyframe: Bool = false
    ) throws -> Audience {
        try Audience { index in
            let posted = Instant.now()
            return Viewer(
                session: try session("whep", index, letter: "J", context), posted: posted,
                stride: stride, phase: index, watchesForKeyframe: watchesForKeyframe)
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
        let (ufrag, password) = ("load\(number)", "loadloadloadloadloadload")
        let publishes = verb == "whip"
        let offer = Offer(
            ufrag: ufrag, password: password,
            fingerprint: context.certificate.fingerprint, profile: profile, publishes: publishes)
        let answer = try WebCall(server: server).post(
            offer.text, to: "/rooms/bench/\(verb)\(publishes ? "" : "?wait=5")")
        return try ClientSession(
            server: try ServerDescription(parsing: answer), context: context, ufrag: ufrag,
            password: password)
    }
}
