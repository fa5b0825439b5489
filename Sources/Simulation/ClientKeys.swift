import Ciphers
import Wire

/// A simulated browser's SRTP: what it seals with and opens with, once both are known.
struct ClientKeys: ~Copyable {
    private var sealing: SealingKey?
    private var opening: OpeningKey?
    private let scratch: UnsafeMutableRawPointer  // one decrypted packet

    init() { scratch = .allocate(byteCount: 2048, alignment: 64) }

    deinit { scratch.deallocate() }

    var areKnown: Bool {
        switch sealing {
        case .some: true
        case nil: false
        }
    }

    /// Takes the client's half of what was agreed on.
    mutating func derive(_ material: SRTPKeyingMaterial) {
        sealing = try? material.sealingKey(of: .client)
        opening = try? material.openingKey(of: .client)
    }

    /// Decrypts an RTP packet, to be read before the next one; `nil` when it is none of the server's.
    mutating func openRTP(_ bytes: RawSpan) -> UnsafeRawBufferPointer? {
        opened(opening?.openRTP(bytes, into: scratch))
    }

    /// Decrypts an RTCP packet, to be read before the next one; `nil` when it is none of the server's.
    mutating func openRTCP(_ bytes: RawSpan) -> UnsafeRawBufferPointer? {
        opened(opening?.openRTCP(bytes, into: scratch))
    }

    private mutating func opened(_ result: Opened?) -> UnsafeRawBufferPointer? {
        guard case .opened(let count, _)? = result else { return nil }
        return UnsafeRawBufferPointer(start: scratch, count: count)
    }

    /// A packet as it goes out; empty while there is nothing to seal with.
    func sealed(_ packet: OutgoingPacket) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 12 + packet.payload.count + 16)
        let count = bytes.withUnsafeMutableBytes { out -> Int in
            guard let start = out.baseAddress else { return 0 }
            _ = packet.header.write(to: start)
            return packet.payload.withUnsafeBytes { payload -> Int in
                guard let from = payload.baseAddress else { return 0 }
                switch sealing {
                case .some(let key):
                    return key.sealRTP(
                        at: start, headerByteCount: 12, prefixByteCount: 0, payload: from,
                        payloadByteCount: payload.count, ssrc: packet.header.ssrc,
                        index: packet.index)
                case nil: return 0
                }
            }
        }
        return Array(bytes.prefix(count))
    }

    /// A compound packet as it goes out.
    mutating func sealedRTCP(_ packet: [UInt8]) -> [UInt8]? { sealing?.sealRTCP(packet) }
}
