import Muxer
import Recording

// The JSON bodies of both starts, under the names their callers know.

/// What a start may say of a recording, besides whose it is.
struct StartWishes: Decodable {
    let source: String?
    /// The token for a WHEP source: used, and neither kept nor told.
    let bearer: String?
    let title: String?
    let description: String?
    let format: String?
    let output_format: String?
    let video_quality: String?
    let bitrate_kbps: Double?
    let frame_rate: Double?
    let wait_seconds: Double?

    fileprivate enum CodingKeys: String, CodingKey, CaseIterable {
        case source, bearer, title, description, format, output_format, video_quality, bitrate_kbps
        case frame_rate, wait_seconds
    }

    /// Whether what was said as a token can be one: `b64token` (RFC 6750 §2.1) or what servers take instead,
    /// and in no case the end of a header field.
    var hasUsableToken: Bool {
        guard let bearer else { return true }
        return (1...8192).contains(bearer.utf8.count)
            && bearer.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// That a token was said for nothing, where it was.
    ///
    /// - Parameter source: Where the recording comes from, whoever said that.
    func tokenWarnings(for source: String) -> [String] {
        guard bearer != nil, !Recordings.isOverHTTP(source) else { return [] }
        return ["a token is for http:// and https:// sources: bearer is passed over"]
    }

    /// What was said and is not kept, where the container is asked for under the first of two names.
    fileprivate func warnings(unknown: [String], ignoring second: String?, for first: String?)
        -> [String]
    {
        var warnings: [String] = []
        if let first, let second, first != second {
            warnings.append("two formats are asked for: \(first) counts, and \(second) does not")
        }
        guard !unknown.isEmpty else { return warnings }
        let named = unknown.prefix(Self.namedKeys).map { $0.prefix(Self.namedLetters) }
        let more = unknown.count > named.count ? " and \(unknown.count - named.count) more" : ""
        let (verb, them) = unknown.count == 1 ? ("is", "it is") : ("are", "they are")
        warnings.append(
            "\(named.joined(separator: ", "))\(more) \(verb) not known here: \(them) passed over")
        return warnings
    }

    /// An answer need not repeat a page of them.
    private static let namedKeys = 8
    private static let namedLetters = 40
}

/// `POST /api/recording/start`.
struct StartBody: Decodable {
    let mint_id: String
    let wishes: StartWishes
    /// What of it is passed over.
    let warnings: [String]

    /// The container that is asked for.
    var format: String? { wishes.output_format ?? wishes.format }

    init(from decoder: any Decoder) throws {
        mint_id = try decoder.text("mint_id")
        wishes = try StartWishes(from: decoder)
        warnings = wishes.warnings(
            unknown: try decoder.keysBesides(["mint_id"]), ignoring: wishes.format,
            for: wishes.output_format)
    }
}

/// `POST /api/v1/recordings/start`.
struct RoomStartBody: Decodable {
    let room_id: String
    /// Which of the room's peers; `nil` for the first who sends.
    let from: String?
    let wishes: StartWishes
    /// What of it is passed over.
    let warnings: [String]

    /// The container that is asked for.
    var format: String? { wishes.format ?? wishes.output_format }

    init(from decoder: any Decoder) throws {
        room_id = try decoder.text("room_id")
        from = try decoder.optionalText("from")
        wishes = try StartWishes(from: decoder)
        warnings = wishes.warnings(
            unknown: try decoder.keysBesides(["room_id", "from"]), ignoring: wishes.output_format,
            for: wishes.format)
    }

    /// Whether nothing but its name says what is to be recorded.
    var isOfNameAlone: Bool { wishes.source == nil && from == nil }

    /// Whether a peer may be called so, where one is named.
    var isOfPeer: Bool {
        guard let from else { return true }
        return (1...128).contains(from.utf8.count)
            && from.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// Whether a room may be called so: one that is watched at `/rooms/{room}/whep` can be asked for there.
    var isOfRoom: Bool {
        let parts = room_id.split(separator: "/", omittingEmptySubsequences: false)
        return !room_id.isEmpty && !parts.contains(".") && !parts.contains("..")
            && room_id.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}

/// Any key of an object.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    fileprivate func text(_ key: String) throws -> String {
        try container(keyedBy: AnyKey.self).decode(String.self, forKey: AnyKey(stringValue: key))
    }

    fileprivate func optionalText(_ key: String) throws -> String? {
        try container(keyedBy: AnyKey.self).decodeIfPresent(
            String.self, forKey: AnyKey(stringValue: key))
    }

    /// The keys that mean nothing in a start whose own ones are these.
    fileprivate func keysBesides(_ own: Set<String>) throws -> [String] {
        try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter {
            !own.contains($0) && StartWishes.CodingKeys(stringValue: $0) == nil
        }.sorted()
    }
}

extension RecordingRequest {
    /// The same with what a start says of container and token, where it does.
    func saying(_ wishes: StartWishes, format said: String?) -> RecordingRequest {
        var request = self
        request.format = said ?? format
        request.bearer = wishes.bearer ?? bearer
        return request
    }
}

extension Container {
    /// What a caller is told of a container that another is written instead of.
    static func warnings(asked: String?, written: Container) -> [String] {
        guard let asked else { return [] }
        guard let meant = Container(named: asked) else {
            return ["there is no format \(asked): MPEG-TS is written"]
        }
        guard meant != written else { return [] }
        return ["\(meant.name) cannot hold what the source sends: \(written.name) is written"]
    }
}
