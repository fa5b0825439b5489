import Relaying
import Service
import Web

/// What the settings say is to be relayed: one source, or a list.
struct CameraList {
    /// Why the settings do not say it. Names places, never values: these may be secret.
    struct Complaint: Error, CustomStringConvertible {
        let text: String
        var description: String { text }
    }

    let relays: [RelayConfiguration]
    /// Whether it is one source of the command line, whose failure is the process's.
    let isAlone: Bool

    init(_ settings: Settings) throws(Complaint) {
        var relays: [RelayConfiguration]
        isAlone = settings["cameras"] == nil
        if let list = settings["cameras"] {
            guard settings["source"] == nil, settings["publish"] == nil else {
                throw Complaint(text: "give --source and --publish, or a list of cameras, not both")
            }
            relays = try Self.cameras(list, settings)
        } else {
            guard let source = settings["source"], let publish = settings["publish"] else {
                throw Complaint(
                    text: "give --source URL and --publish URL, or --config FILE with a list")
            }
            relays = [
                RelayConfiguration(
                    name: settings["name"] ?? "camera", source: source, publish: publish,
                    bearer: settings["bearer"])
            ]
            relays[0].isLooped = settings.isSet("loop")
            relays[0].verifiesTLS = settings.isSet("verify-tls")
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

    private static func cameras(
        _ list: String, _ settings: Settings
    ) throws(Complaint) -> [RelayConfiguration] {
        guard let bodies: [Body] = try? decodeJSON(from: Array(list.utf8)) else {
            throw Complaint(
                text: "the list of cameras has values that are neither text nor true or false")
        }
        guard !bodies.isEmpty else { throw Complaint(text: "the list of cameras is empty") }
        var cameras: [RelayConfiguration] = []
        for (index, body) in bodies.enumerated() {
            let place = "camera \(index + 1) of the list"
            if let key = body.values.keys.sorted().first(where: { !Body.keys.contains($0) }) {
                throw Complaint(text: "\(place): unknown key \"\(key)\"")
            }
            func text(_ key: String) throws(Complaint) -> String {
                guard case .text(let text) = body.values[key], !text.isEmpty else {
                    throw Complaint(text: "\(place) has no \(key)")
                }
                return text
            }
            var camera = RelayConfiguration(
                name: try text("name"), source: try text("source"), publish: try text("publish"),
                bearer: (try? text("bearer")) ?? settings["bearer"])
            guard !cameras.contains(where: { $0.name == camera.name }) else {
                throw Complaint(text: "\(place): another one has the same name")
            }
            camera.isLooped = body.isSet("loop") ?? settings.isSet("loop")
            camera.verifiesTLS = body.isSet("verify-tls") ?? settings.isSet("verify-tls")
            camera.isPatient = true
            cameras.append(camera)
        }
        return cameras
    }
}

/// One object of the list, by the names of the flags.
private struct Body: Decodable {
    enum Value: Decodable {
        case text(String)
        case flag(Bool)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let flag = try? value.decode(Bool.self) {
                self = .flag(flag)
            } else {
                self = .text(try value.decode(String.self))
            }
        }
    }

    let values: [String: Value]

    init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([String: Value].self)
    }

    /// `nil` where it is not said: then the flag of all holds.
    func isSet(_ key: String) -> Bool? {
        guard case .flag(let isSet) = values[key] else { return nil }
        return isSet
    }

    static let keys: Set = ["name", "source", "publish", "bearer", "loop", "verify-tls"]
}
