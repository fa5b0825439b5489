import Wire

/// One `m=` line and all that belongs to it.
public struct MediaSection: Hashable, Sendable {
    /// `audio`, `video`, `application` …
    public var kind: String
    /// Zero means rejected (RFC 3264 §6).
    public var port: Int
    /// `UDP/TLS/RTP/SAVPF` for all that WebRTC sends.
    public var transportProtocol: String
    /// Payload types, or other format names, most preferred first.
    public var formats: [String]
    /// `i=`, `c=`, `b=` and `k=` lines, kept as they are.
    public var otherLines: [String] = []
    /// The section's attributes, in order.
    public var attributes: [SDPAttribute] = []

    /// A section without attributes.
    public init(kind: String, port: Int, transportProtocol: String, formats: [String]) {
        (self.kind, self.port) = (kind, port)
        (self.transportProtocol, self.formats) = (transportProtocol, formats)
    }

    init(mediaLine: String, at offset: Int) throws(ParseError) {
        let fields = mediaLine.split(separator: " ")
        guard fields.count >= 4 else { throw .invalid(field: "m= line", at: offset) }
        // A port may be followed by a slash and a number of ports (RFC 8866 §5.14).
        guard let port = fields[1].split(separator: "/").first.flatMap({ UInt16($0) }) else {
            throw .invalid(field: "m= port", at: offset)
        }
        self.init(
            kind: String(fields[0]), port: Int(port), transportProtocol: String(fields[2]),
            formats: fields[3...].map(String.init))
    }

    var lines: [String] {
        let media = "m=\(kind) \(port) \(transportProtocol) \(formats.joined(separator: " "))"
        return [media] + otherLines + attributes.map { "a=\($0)" }
    }

    /// Whether the section was rejected.
    public var isRejected: Bool { port == 0 && self["bundle-only"] == nil }

    /// The first attribute's value under `name`; empty for a property, `nil` when there is none.
    public subscript(name: String) -> String? {
        attributes.first { $0.name == name }.map { $0.value ?? "" }
    }

    /// Every value under `name`, in order.
    public func values(_ name: String) -> [String] {
        attributes.filter { $0.name == name }.compactMap(\.value)
    }

    /// Adds an attribute at the end.
    public mutating func append(_ name: String, _ value: String? = nil) {
        attributes.append(SDPAttribute(name, value))
    }
}

extension SessionDescription {
    /// The mids of the sections to share one transport (RFC 9143 §5); `nil` without such a group.
    public var bundle: [String]? {
        for attribute in attributes where attribute.name == "group" {
            let fields = (attribute.value ?? "").split(separator: " ")
            if fields.first == "BUNDLE" { return fields.dropFirst().map(String.init) }
        }
        return nil
    }

    /// The first session-level attribute's value under `name`; empty for a property.
    public subscript(name: String) -> String? {
        attributes.first { $0.name == name }.map { $0.value ?? "" }
    }

    /// An attribute of a section, or else of the whole session: how ICE credentials, fingerprint
    /// and setup are found (RFC 8839 §5.4, RFC 8842 §5).
    public func value(_ name: String, of section: MediaSection) -> String? {
        section[name] ?? self[name]
    }

    /// Adds a session-level attribute at the end.
    public mutating func append(_ name: String, _ value: String? = nil) {
        attributes.append(SDPAttribute(name, value))
    }
}
