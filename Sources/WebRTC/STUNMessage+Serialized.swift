import Ciphers
import Wire

extension STUNMessage {
    /// The message on the wire, with MESSAGE-INTEGRITY under `password` (when there is one) and
    /// FINGERPRINT.
    public func serialized(password: String?) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write(messageClass.rawValue)
        writer.write(UInt16(0))
        writer.write(Self.magicCookie)
        writer.write(transactionID.high)
        writer.write(transactionID.low)
        writeAttributes(to: &writer)
        if let password {
            writer.patch(UInt16(writer.count + 24 - Self.headerByteCount), at: 2)
            let digest = hmacSHA1(key: Array(password.utf8), data: writer.bytes)
            Self.write(.messageIntegrity, digest, to: &writer)
        }
        writer.patch(UInt16(writer.count + 8 - Self.headerByteCount), at: 2)
        let fingerprint = Self.fingerprint(of: writer.bytes.span.bytes)
        writer.write(Attribute.fingerprint.rawValue)
        writer.write(UInt16(4))
        writer.write(fingerprint)
        return writer.bytes
    }

    private func writeAttributes(to writer: inout ByteWriter) {
        if let username { Self.write(.username, Array(username.utf8), to: &writer) }
        if let priority { Self.write(.priority, Self.octets(priority), to: &writer) }
        switch role {
        case .controlling(let tie): Self.write(.iceControlling, Self.octets(tie), to: &writer)
        case .controlled(let tie): Self.write(.iceControlled, Self.octets(tie), to: &writer)
        case nil: break
        }
        if usesCandidate { Self.write(.useCandidate, [], to: &writer) }
        if let errorCode {
            let code = [0, 0, UInt8(errorCode / 100), UInt8(errorCode % 100)]
            Self.write(.errorCode, code, to: &writer)
        }
        if messageClass == .failure, !unknownAttributes.isEmpty {
            Self.write(.unknownAttributes, unknownAttributes.flatMap(Self.octets), to: &writer)
        }
        if let mappedAddress { writeMappedAddress(mappedAddress, to: &writer) }
    }

    private func writeMappedAddress(_ endpoint: Endpoint, to writer: inout ByteWriter) {
        let port = endpoint.port ^ UInt16(truncatingIfNeeded: Self.magicCookie >> 16)
        if let ipv4 = endpoint.ipv4 {
            let value = [0, 1] + Self.octets(port) + Self.octets(ipv4 ^ Self.magicCookie)
            Self.write(.xorMappedAddress, value, to: &writer)
        } else {
            let address =
                Self.octets(endpoint.high ^ highMask)
                + Self.octets(endpoint.low ^ transactionID.low)
            Self.write(.xorMappedAddress, [0, 2] + Self.octets(port) + address, to: &writer)
        }
    }

    private static func write(
        _ attribute: Attribute, _ value: [UInt8], to writer: inout ByteWriter
    ) {
        writer.write(attribute.rawValue)
        writer.write(UInt16(value.count))
        writer.write(value)
        writer.pad(to: 4)
    }

    private static func octets(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// CRC-32 of ITU V.42, made distinct from other protocols' (RFC 8489 §14.7).
    static func fingerprint(of bytes: RawSpan) -> UInt32 {
        let crc = bytes.withUnsafeBytes { buffer in
            buffer.reduce(UInt32.max) { crc, octet in
                crc >> 8 ^ remainders[Int(UInt8(truncatingIfNeeded: crc) ^ octet)]
            }
        }
        return ~crc ^ 0x5354_554E
    }

    /// What one octet leaves; octet by octet, as strangers decide how many there are.
    private static let remainders: [UInt32] = (0..<256).map { octet in
        (0..<8).reduce(UInt32(octet)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}
