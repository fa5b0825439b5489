import Service

extension Command {
    /// What `recorder` understands.
    static let recorder = Command(
        name: "recorder", summary: "records cameras and rooms into files that play while they grow",
        version: "0.1.0",
        options: [
            Option(
                "source", .text, "URL",
                help: "record this: rtsp://, rtsps://, or the http(s):// URL of a WHEP endpoint"),
            Option("output", .text, "DIR", default: ".", help: "where the files go"),
            Option("name", .text, "ID", default: "recording", help: "what the files are called"),
            Option(
                "format", .choice(["mpegts"]), "FORMAT", default: "mpegts",
                help: "the container"),
            Option(
                "bearer", .text, "TOKEN", help: "the token for WHEP (better as SLUICE_BEARER)"),
            Option(
                "http", .endpoint, "IP:PORT", default: "127.0.0.1:8000",
                help: "where health, metrics and the API are served"),
            Option(
                "insecure", .flag, help: "serve HTTP on other addresses than loopback"),
        ])
}
