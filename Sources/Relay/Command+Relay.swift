import Service

extension Command {
    /// What `relay` understands.
    static let relay = Command(
        name: "relay",
        summary: "sends cameras and media files to WebRTC servers, paced on one clock",
        version: "0.1.0",
        options: [
            Option(
                "source", .text, "URL",
                help: "the camera, rtsp:// or rtsps://, user:password@ allowed; or a media file"),
            Option("publish", .text, "URL", help: "the WHIP endpoint"),
            Option("name", .text, "ID", default: "camera", help: "what the camera is called"),
            Option("bearer", .text, "TOKEN", help: "the token for WHIP (better as SLUICE_BEARER)"),
            Option("loop", .flag, help: "begin a media file again at its end"),
            Option(
                "verify-tls", .flag,
                help: "an rtsps:// camera must prove its name with a certificate trusted here"),
            Option(
                "cameras", .list, "FILE",
                help: "many: a JSON list of objects with name, source, publish and, where wanted, "
                    + "bearer, loop, verify-tls; --config takes such a list too"),
            Option(
                "pacer", .choice(["media-clock", "leaky-bucket"]), "LAW", default: "media-clock",
                help: "by media time, or as the original did"),
            Option(
                "bucket-queue", .number(1...1_000), "FRAMES", default: "10",
                help: "leaky-bucket: how many wait on a track before the camera is held up"),
            Option(
                "bucket-catchup", .number(1...1_000), "FRAMES", default: "5",
                help: "leaky-bucket: from so many waiting ones on it hurries"),
            Option(
                "bucket-speed", .number(100...1_000), "PERCENT", default: "110",
                help: "leaky-bucket: how much it then hurries"),
            Option(
                "realtime", .flag,
                help: "ask for real-time scheduling: packets leave on time beside other work"),
            Option(
                "stats-interval", .number(1...3600), "SECONDS", default: "30",
                help: "how often the pacer's statistics are logged"),
            Option(
                "http", .endpoint, "IP:PORT", default: "127.0.0.1:8080",
                help: "where health, metrics and the list of cameras are served"),
            Option("insecure", .flag, help: "serve HTTP on other addresses than loopback"),
        ])
}
