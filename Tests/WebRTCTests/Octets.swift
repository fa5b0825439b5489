import Timing
import WebRTC
import Wire

// The macros of Swift Testing take no spans: these take arrays.

extension STUNMessage {
    init(parsing bytes: [UInt8]) throws(ParseError) { try self.init(parsing: bytes.span.bytes) }

    func isAuthentic(_ bytes: [UInt8], password: String) -> Bool {
        isAuthentic(bytes.span.bytes, password: password)
    }
}

extension ICELite {
    mutating func receive(_ bytes: [UInt8], from source: Endpoint, at now: Instant) -> Outcome {
        receive(bytes.span.bytes, from: source, at: now)
    }
}

extension PacketKind {
    init(_ bytes: [UInt8]) { self.init(bytes.span.bytes) }
}

extension ICEConnectivityCheck {
    mutating func receive(_ bytes: [UInt8]) -> Reply { receive(bytes.span.bytes) }
}
