import Ciphers
import RecordingAPI
import Service

extension Command {
    /// What `sfu` understands.
    static let sfu = Command(
        name: "sfu", summary: "a selective forwarding unit: browsers in, browsers out",
        version: "0.1.0",
        options: [
            Option(
                "http", .endpoint, "IP:PORT", default: "127.0.0.1:3000",
                help: "where the web page, WHIP, WHEP and the API are served"),
            Option(
                "rtc", .endpoint, "IP:PORT", default: "0.0.0.0:40000",
                help: "where media is received; worker i uses the port + i"),
            Option(
                "announce", .text, "IP", isRepeated: true,
                help: "an address to tell browsers instead of this machine's own, or a NAT's"),
            Option(
                "workers", .number(1...64), "N", default: "1",
                help: "media threads; a room begins on one"),
            Option(
                "viewers-per-loop", .number(1...100_000), "N", default: "200",
                help: "viewers of one room on a media thread before the next takes more"),
            Option(
                "realtime", .flag, help: "ask for real-time scheduling of the media threads"),
            Option(
                "srtp-backend", .choice(["auto"] + SealingBackend.allCases.map(\.rawValue)), "NAME",
                default: "auto",
                help: "what encrypts: evp, libsrtp2, batched, ipsec-mb; auto: the quickest here"),
            Option(
                "srtp-profile", .choice(SRTPProfile.allCases.map(\.name)), "NAME",
                isRepeated: true,
                help: "how packets may be protected, preferred first; any way that we know"),
            Option(
                "auth-secret", .text, "FILE",
                help: "the key of the callers' tokens (JWT, HS256); without it anyone may call"),
            Option(
                "insecure", .flag,
                help: "serve HTTP without --auth-secret on other addresses than loopback"),
            Option("recordings", .text, "DIR", help: "record rooms there, when the API is told to"),
        ] + recording.map { $0.needing("recordings") } + [
            Option("tls-cert", .text, "FILE", help: "a PEM certificate chain: serve HTTPS"),
            Option("tls-key", .text, "FILE", help: "the PEM key of --tls-cert"),
            Option(
                "ice-server", .text, "URL", isRepeated: true,
                help: "a stun: or turn: server that browsers are told of"),
        ])

    private static let recording =
        [Option.container("recording-format")] + Option.cutting + Option.keeping
}
