import Relaying
import Service

/// What the settings say is to be relayed: one source, or a list.
struct CameraList {
    let relays: [RelayConfiguration]
    /// Whether it is one source of the command line, whose failure is the process's.
    let isAlone: Bool

    init(_ settings: Settings) throws(SettingsComplaint) {
        var relays: [RelayConfiguration] = []
        isAlone = settings["cameras"] == nil
        if isAlone {
            guard let source = settings["source"], let publish = settings["publish"] else {
                throw SettingsComplaint(
                    "give --source URL and --publish URL, or --config FILE with a list")
            }
            relays = [Self.relay(settings, settings["name"] ?? "camera", source, publish)]
        } else {
            guard settings["source"] == nil, settings["publish"] == nil else {
                throw SettingsComplaint(
                    "give --source and --publish, or a list of cameras, not both")
            }
            let options = Command.relay.options
            for entry in try settings.entries(of: "cameras", each: "camera", options, Self.keys) {
                var camera = Self.relay(
                    entry, entry["name"] ?? "", entry["source"] ?? "", entry["publish"] ?? "")
                camera.isPatient = true
                relays.append(camera)
            }
        }
        for index in relays.indices {
            if settings["pacer"] == "leaky-bucket" { relays[index].law = .leakyBucket }
            relays[index].bucket.capacity = settings.number("bucket-queue")
            relays[index].bucket.catchUpThreshold = settings.number("bucket-catchup")
            relays[index].bucket.speedPerMille = Int64(settings.number("bucket-speed")) * 10
            relays[index].isRealtime = settings.isSet("realtime")
        }
        self.relays = relays
    }

    private static func relay(
        _ settings: Settings, _ name: String, _ source: String, _ publish: String
    ) -> RelayConfiguration {
        var relay = RelayConfiguration(
            name: name, source: source, publish: publish, bearer: settings["bearer"])
        relay.isLooped = settings.isSet("loop")
        relay.verifiesTLS = settings.isSet("verify-tls")
        return relay
    }

    private static let keys = Settings.EntryKeys(
        required: ["name", "source", "publish"], inherited: ["bearer", "loop", "verify-tls"])
}
