import RecordingAPI
import Service

extension Command {
    /// What `recorder` understands.
    static let recorder = Command(
        name: "recorder", summary: "records cameras and rooms into files that play while they grow",
        version: "0.1.0",
        options: [
            Option(
                "source", .text, "URL",
                help:
                    "record this: rtsp://, rtsps://, the http(s):// URL of a WHEP endpoint, or a .sdp file"
                    + " of RTP that is sent here (rtp://IP:PORT?sdp=FILE: sent there)"),
            Option("output", .text, "DIR", default: ".", help: "where the files go"),
            Option(
                "name", .text, "ID", default: "recording", with: "source",
                help: "what its files are called"),
            Option(
                "cameras", .list, "FILE",
                help:
                    "record many: a JSON list of objects with name, source and, where wanted, format,"
                    + " segment, segment-bytes, segment-align, bearer, verify-tls, and keep-hours and"
                    + " keep-megabytes of its own; --config takes such a list too"),
            Option.container("format"),
        ] + Option.cutting + Option.keeping + [
            Option(
                "bearer", .text, "TOKEN",
                help: "the token for WHEP, sent to --source, to the list's and to --rooms alone"
                    + " (better as SLUICE_BEARER)"),
            Option(
                "verify-tls", .flag,
                help: "an rtsps:// camera must prove its name with a certificate trusted here"),
            Option(
                "rooms", .url, "URL",
                help: "the sfu whose rooms the API records by their names, http://127.0.0.1:3000"),
            Option(
                "http", .endpoint, "IP:PORT", default: "127.0.0.1:8000",
                help: "where health, metrics and the API are served"),
            Option(
                "insecure", .flag, help: "serve HTTP on other addresses than loopback"),
        ])
}
