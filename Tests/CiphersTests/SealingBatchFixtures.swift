@testable import Ciphers

/// A packet written for a batch, and the session it belongs to.
struct WaitingPacket {
    var session: Int
    var octets: [UInt8]
    var header: Int
    var prefix: Int
    var index: UInt64
}

/// Keys of several sessions, which differ in their master key's first octet.
struct Sessions {
    private final class Session {
        let key: SealingKey
        init(_ key: consuming SealingKey) { self.key = key }
    }

    private let sessions: [Session]

    static func masterKey(_ number: Int) -> [UInt8] {
        var key = SRTPProfile.aes128CMHMACSHA1_80.masterKey
        key[0] = UInt8(number)
        return key
    }

    init(_ count: Int, batch: SealingBatch?) throws {
        let profile = SRTPProfile.aes128CMHMACSHA1_80
        sessions = try (0..<count).map { number in
            let key = try SealingKey(
                profile: profile, masterKey: Self.masterKey(number),
                masterSalt: profile.masterSalt, backend: .batched, batch: batch)
            return Session(key)
        }
    }

    /// Lays all packets back to back, as the arena does, and ends the batch when the last is there.
    func seal(_ packets: [WaitingPacket], in batch: SealingBatch? = nil) -> [[UInt8]] {
        let plain = packets.flatMap(\.octets)
        let overhead = SRTPProfile.aes128CMHMACSHA1_80.rtpOverhead
        var arena = [UInt8](repeating: 0xEE, count: plain.count + packets.count * overhead + 1)
        var ranges: [Range<Int>] = []
        plain.withUnsafeBytes { slab in
            arena.withUnsafeMutableBytes { arena in
                guard var from = slab.baseAddress, let base = arena.baseAddress else { return }
                var used = 0
                for packet in packets {
                    let clear = packet.header + packet.prefix
                    let count = packet.octets.count
                    (base + used).copyMemory(from: from, byteCount: clear)
                    let sealed = sessions[packet.session].key.sealRTP(
                        at: base + used, headerByteCount: packet.header,
                        prefixByteCount: packet.prefix, payload: from + clear,
                        payloadByteCount: count - clear, ssrc: 0xCAFE_BABE, index: packet.index)
                    ranges.append(used..<used + sealed)
                    used += sealed
                    from += count
                }
                batch?.seal()
            }
        }
        return arena.last == 0xEE ? ranges.map { Array(arena[$0]) } : []
    }
}

/// libsrtp2's sessions under the same keys.
struct Oracles {
    private final class Session {
        let oracle: SRTPOracle
        init(_ oracle: consuming SRTPOracle) { self.oracle = oracle }
    }

    private let sessions: [Session]

    init(_ count: Int) throws {
        sessions = try (0..<count).map { number in
            let oracle = try SRTPOracle(
                profile: .aes128CMHMACSHA1_80, seals: true, masterKey: Sessions.masterKey(number))
            return Session(oracle)
        }
    }

    func seal(_ packet: WaitingPacket) -> [UInt8]? {
        sessions[packet.session].oracle.seal(packet.octets)
    }
}
