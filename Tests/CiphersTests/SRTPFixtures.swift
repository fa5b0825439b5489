@testable import Ciphers

/// Octets from hexadecimal digits; blanks are skipped.
func octets(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue).map(UInt8.init)
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// One of the tests' generators: the same seed gives the same packets for ever.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func octets(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
}

extension SealingKey {
    /// Seals a whole packet, with `prefix` octets of payload taken as rewritten.
    borrowing func seal(
        _ packet: [UInt8], header: Int, prefix: Int = 0, index: UInt64,
        in batch: SealingBatch? = nil
    ) -> [UInt8] {
        let ssrc = packet[8..<12].reduce(0) { $0 << 8 | UInt32($1) }
        var out = [UInt8](repeating: 0, count: packet.count + rtpOverhead)
        let clear = header + prefix
        out.replaceSubrange(0..<clear, with: packet[0..<clear])
        let count = out.withUnsafeMutableBytes { sealed in
            packet.withUnsafeBytes { plain -> Int in
                guard let to = sealed.baseAddress, let from = plain.baseAddress else { return 0 }
                defer { batch?.seal() }
                return sealRTP(
                    at: to,
                    headerByteCount: header,
                    prefixByteCount: prefix,
                    payload: from + clear,
                    payloadByteCount: packet.count - clear,
                    ssrc: ssrc,
                    index: index
                )
            }
        }
        return Array(out[0..<count])
    }
}

/// What a key made of a packet, with the octets.
enum Plain: Equatable {
    case packet([UInt8], index: UInt64)
    case failed(OpenFailure)
}

extension OpeningKey {
    mutating func open(_ packet: [UInt8]) -> Plain {
        plain(packet) { $0.openRTP($1, into: $2) }
    }

    mutating func openControl(_ packet: [UInt8]) -> Plain {
        plain(packet) { $0.openRTCP($1, into: $2) }
    }

    private mutating func plain(
        _ packet: [UInt8],
        _ body: (inout OpeningKey, RawSpan, UnsafeMutableRawPointer) -> Opened
    ) -> Plain {
        let out = UnsafeMutableRawPointer.allocate(
            byteCount: max(packet.count, 1),
            alignment: 1
        )
        defer { out.deallocate() }
        switch body(&self, packet.span.bytes, out) {
        case .failed(let failure): return .failed(failure)
        case .opened(let count, let index):
            return .packet(
                Array(UnsafeRawBufferPointer(start: out, count: count)),
                index: index
            )
        }
    }
}

/// An RTP packet with whatever the arguments ask for.
func rtpPacket(
    sequenceNumber: UInt16,
    ssrc: UInt32 = 0xCAFE_BABE,
    contributors: Int = 0,
    extensionWords: Int? = nil,
    payload: [UInt8] = [1, 2, 3, 4, 5],
    padding: Int = 0
) -> (packet: [UInt8], header: Int) {
    var packet: [UInt8] = [
        0x80 | (padding > 0 ? 0x20 : 0) | (extensionWords != nil ? 0x10 : 0) | UInt8(contributors),
        96, UInt8(sequenceNumber >> 8), UInt8(sequenceNumber & 0xFF), 0, 0, 1, 2,
    ]
    packet += (0..<4).map { UInt8(ssrc >> (24 - 8 * $0) & 0xFF) }
    packet += (0..<4 * contributors).map { UInt8($0) }
    if let extensionWords {
        packet += [0xBE, 0xDE, UInt8(extensionWords >> 8), UInt8(extensionWords & 0xFF)]
        packet += (0..<4 * extensionWords).map { UInt8(truncatingIfNeeded: 3 * $0) }
    }
    let header = packet.count
    packet += payload
    if padding > 0 { packet += [UInt8](repeating: 0, count: padding - 1) + [UInt8(padding)] }
    return (packet, header)
}

extension SRTPProfile {
    /// Keys for tests, the same on both sides.
    var masterKey: [UInt8] { octets("E1F97A0D3E018BE0D64FA32C06DE4139") }
    var masterSalt: [UInt8] { Array(octets("0EC675AD498AFEEBB6960B3AABE6")[0..<saltByteCount]) }

    func sealingKey(_ backend: SealingBackend = .evp) throws -> SealingKey {
        try SealingKey(
            profile: self, masterKey: masterKey, masterSalt: masterSalt, backend: backend)
    }

    func openingKey(_ backend: SealingBackend = .evp) throws -> OpeningKey {
        try OpeningKey(
            profile: self, masterKey: masterKey, masterSalt: masterSalt, backend: backend)
    }
}
