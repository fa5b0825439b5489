import Ciphers
public import Wire

/// A STUN message (RFC 8489 §5), as connectivity checks use it.
///
/// ```
/// |0 0|  message type, 14 bits  |    message length, 16 bits    |
/// |                  magic cookie 0x2112A442                    |
/// |                 transaction ID, 96 bits                     |
/// | attribute type, 16 bits     | length, 16 bits | value, padded to 4 octets | …
/// ```
public struct STUNMessage: Hashable, Sendable {
    /// Request, success or failure of the binding method; the only method ICE has.
    public enum Class: UInt16, Hashable, Sendable {
        case request = 0x0001
        case indication = 0x0011
        case success = 0x0101
        case failure = 0x0111
    }

    /// What the message is.
    public var messageClass: Class
    /// Chosen by who asks, repeated by who answers.
    public var transactionID: TransactionID
    /// USERNAME: `answerer:asker` user fragments (RFC 8445 §7.2.2).
    public var username: String?
    /// PRIORITY of the peer-reflexive candidate this check would make.
    public var priority: UInt32?
    /// USE-CANDIDATE: the controlling side has chosen this pair.
    public var usesCandidate = false
    /// ICE-CONTROLLING's or ICE-CONTROLLED's tie-breaker.
    public var role: Role?
    /// XOR-MAPPED-ADDRESS: where the request was seen to come from.
    public var mappedAddress: Endpoint?
    /// ERROR-CODE: 400, 401, 420, 487 …
    public var errorCode: Int?
    /// Attributes that must be understood and are not (RFC 8489 §14): to be named in a 420.
    public var unknownAttributes: [UInt16] = []

    private var integrityOffset: Int?  // where MESSAGE-INTEGRITY starts, from the message's start

    /// Who controls the nomination, with the tie-breaker.
    public enum Role: Hashable, Sendable {
        case controlling(UInt64)
        case controlled(UInt64)
    }

    /// Ninety-six bits.
    public struct TransactionID: Hashable, Sendable {
        /// The first four octets.
        public var high: UInt32
        /// The last eight octets.
        public var low: UInt64

        /// An identifier as it stands on the wire.
        public init(high: UInt32, low: UInt64) { (self.high, self.low) = (high, low) }
    }

    /// A message without attributes.
    public init(_ messageClass: Class, transactionID: TransactionID) {
        self.messageClass = messageClass
        self.transactionID = transactionID
    }

    /// Reads one message that fills `bytes`; verifies FINGERPRINT when there is one.
    ///
    /// MESSAGE-INTEGRITY is verified apart, by `isAuthentic`, once the password is known.
    public init(parsing bytes: RawSpan) throws(ParseError) {
        var reader = ByteReader(bytes)
        let type = try reader.readUInt16()
        guard let messageClass = Class(rawValue: type) else {
            throw .invalid(field: "message type", at: 0)
        }
        let length = Int(try reader.readUInt16())
        guard length == bytes.byteCount - Self.headerByteCount, length % 4 == 0 else {
            throw .invalid(field: "message length", at: 2)
        }
        guard try reader.readUInt32() == Self.magicCookie else {
            throw .invalid(field: "magic cookie", at: 4)
        }
        let id = TransactionID(high: try reader.readUInt32(), low: try reader.readUInt64())
        self.init(messageClass, transactionID: id)
        while !reader.isAtEnd {
            try readAttribute(&reader, of: bytes)
        }
    }

    /// The user fragment of the side this request is addressed to: USERNAME up to the colon.
    public var localFragment: String? {
        guard let username, let colon = username.firstIndex(of: ":") else { return nil }
        return String(username[..<colon])
    }

    static let headerByteCount = 20
    static let magicCookie: UInt32 = 0x2112_A442
}

// MARK: Attributes in

extension STUNMessage {
    enum Attribute: UInt16 {
        case mappedAddress = 0x0001
        case username = 0x0006
        case messageIntegrity = 0x0008
        case errorCode = 0x0009
        case unknownAttributes = 0x000A
        case realm = 0x0014
        case nonce = 0x0015
        case xorMappedAddress = 0x0020
        case priority = 0x0024
        case useCandidate = 0x0025
        case software = 0x8022
        case fingerprint = 0x8028
        case iceControlled = 0x8029
        case iceControlling = 0x802A
    }

    private mutating func readAttribute(
        _ reader: inout ByteReader, of bytes: RawSpan
    ) throws(ParseError) {
        let start = reader.offset
        let type = try reader.readUInt16()
        let length = Int(try reader.readUInt16())
        var value = ByteReader(try reader.read(length))
        try reader.skip((4 - length % 4) % 4)
        // After MESSAGE-INTEGRITY only FINGERPRINT counts (RFC 8489 §14.5).
        let attribute = Attribute(rawValue: type)
        if integrityOffset != nil, attribute != .fingerprint { return }
        switch attribute {
        case .username:
            guard length <= Self.usernameLimit else { throw .invalid(field: "USERNAME", at: start) }
            username = value.readRest().withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        case .messageIntegrity:
            guard length == 20 else { throw .invalid(field: "MESSAGE-INTEGRITY", at: start) }
            integrityOffset = start
        case .fingerprint:
            // One, and last (RFC 8489 §14.7): each costs a CRC of all octets before it.
            guard reader.isAtEnd else { throw .invalid(field: "FINGERPRINT", at: start) }
            guard try value.readUInt32() == Self.fingerprint(of: bytes.extracting(0..<start)) else {
                throw .invalid(field: "FINGERPRINT", at: start)
            }
        case .priority: priority = try value.readUInt32()
        case .useCandidate: usesCandidate = true
        case .iceControlling: role = .controlling(try value.readUInt64())
        case .iceControlled: role = .controlled(try value.readUInt64())
        case .xorMappedAddress: mappedAddress = try readMappedAddress(&value)
        case .errorCode:
            try value.skip(2)
            errorCode = Int(try value.readUInt8() & 7) * 100 + Int(try value.readUInt8())
        case .mappedAddress, .unknownAttributes, .realm, .nonce, .software: return
        case nil: if type < 0x8000 { unknownAttributes.append(type) }
        }
    }

    private func readMappedAddress(_ value: inout ByteReader) throws(ParseError) -> Endpoint {
        let family = try value.readUInt16() & 0xFF
        let port = try value.readUInt16() ^ UInt16(truncatingIfNeeded: Self.magicCookie >> 16)
        switch family {
        case 1:
            return Endpoint(ipv4: try value.readUInt32() ^ Self.magicCookie, port: port)
        case 2:
            let high = try value.readUInt64() ^ highMask
            return Endpoint(
                high: high, low: try value.readUInt64() ^ transactionID.low, port: port)
        default:
            throw .invalid(field: "XOR-MAPPED-ADDRESS family", at: value.offset - 3)
        }
    }

    var highMask: UInt64 { UInt64(Self.magicCookie) << 32 | UInt64(transactionID.high) }

    private static let usernameLimit = 513  // RFC 8489 §14.3

    /// Whether it can be judged at all: it bears USERNAME and MESSAGE-INTEGRITY
    /// (RFC 8489 §9.1.3).
    public var hasCredentials: Bool { username != nil && integrityOffset != nil }

    /// Whether the request or answer bears the HMAC of its own octets under `password`
    /// (RFC 8489 §14.5). `bytes` are those the message was parsed from.
    public func isAuthentic(_ bytes: RawSpan, password: String) -> Bool {
        guard let integrityOffset, integrityOffset + 24 <= bytes.byteCount else { return false }
        var covered = bytes.extracting(0..<integrityOffset).withUnsafeBytes { Array($0) }
        let length = UInt16(integrityOffset + 24 - Self.headerByteCount)
        covered[2] = UInt8(truncatingIfNeeded: length >> 8)
        covered[3] = UInt8(truncatingIfNeeded: length)
        let expected = hmacSHA1(key: Array(password.utf8), data: covered)
        let given = bytes.extracting(integrityOffset + 4..<integrityOffset + 24)
        return constantTimeEquals(expected.span.bytes, given)
    }
}
