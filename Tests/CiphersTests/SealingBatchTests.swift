import Testing

@testable import Ciphers

/// What is sealed in a batch is what libsrtp2 and OpenSSL seal one by one.
@Suite struct SealingBatchTests {
    /// The lanes this CPU has.
    static let lanes = SealingBatch.Lanes.allCases.filter { SealingBatch(lanes: $0) != nil }

    @Test(arguments: lanes) func `every length, every number of them`(
        lanes: SealingBatch.Lanes
    ) throws {
        let batch = try #require(SealingBatch(lanes: lanes))
        let ours = try Sessions(10, batch: batch)
        let theirs = try Sessions(10, batch: nil)
        let oracles = try Oracles(10)
        var random = SplitMix(state: 9)
        var lengths = Array(0...200) + Array(1_040...1_180)
        var index: UInt64 = 0
        while !lengths.isEmpty {
            let count = min(Int.random(in: 1...70, using: &random), lengths.count)
            let waiting = lengths.prefix(count).map { length in
                index += 211
                let (packet, header) = rtpPacket(
                    sequenceNumber: UInt16(truncatingIfNeeded: index),
                    contributors: Int.random(in: 0...2, using: &random),
                    extensionWords: Bool.random(using: &random) ? 1 : nil,
                    payload: random.octets(length))
                return WaitingPacket(
                    session: Int.random(in: 0..<10, using: &random), octets: packet,
                    header: header, prefix: min(length, Int(index % 5)), index: index)
            }
            lengths.removeFirst(count)
            let sealed = ours.seal(waiting, in: batch)
            #expect(sealed.count == count)
            #expect(sealed == theirs.seal(waiting))
            #expect(sealed == waiting.map { oracles.seal($0) ?? [] })
        }
        #expect(index > 0x1_0000)
    }

    @Test(arguments: lanes) func `the rollover is in the tag`(lanes: SealingBatch.Lanes) throws {
        let batch = try #require(SealingBatch(lanes: lanes))
        let (ours, theirs) = (try Sessions(1, batch: batch), try Sessions(1, batch: nil))
        let waiting = [0, 1, 0xFF, 0x1_0000, 0x89AB_CDEF, 0xFFFF_FFFE].map { rollover in
            let (packet, header) = rtpPacket(sequenceNumber: 2, extensionWords: 1)
            return WaitingPacket(
                session: 0, octets: packet, header: header, prefix: 0,
                index: UInt64(rollover) << 16 | 2)
        }
        let sealed = ours.seal(waiting, in: batch)
        #expect(sealed == theirs.seal(waiting))
        #expect(Set(sealed).count == waiting.count)
    }

    @Test(arguments: lanes) func `the keystream is that of RFC 3711 B.2`(
        lanes: SealingBatch.Lanes
    ) throws {
        let batch = try #require(SealingBatch(lanes: lanes))
        func transform() throws -> Transform {
            try Transform(
                profile: .aes128CMHMACSHA1_80, key: octets("2B7E151628AED2A6ABF7158809CF4F3C"),
                authenticationKey: [UInt8](repeating: 0, count: 20),
                salt: octets("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"), seals: true)
        }
        var key = SealingKey(
            profile: .aes128CMHMACSHA1_80, rtp: try transform(), rtcp: try transform())
        let zeros = [UInt8](repeating: 0, count: 12 + 0xFF02 * 16)
        let alone = key.seal(zeros, header: 12, index: 0)
        key.wait(in: batch)
        let sealed = key.seal(zeros, header: 12, index: 0, in: batch)
        #expect(sealed == alone, "one packet is hashed alone, whatever the lanes")
        func block(_ number: Int) -> [UInt8] { Array(sealed[12 + 16 * number..<28 + 16 * number]) }
        #expect(block(0x0000) == octets("E03EAD0935C95E80E166B16DD92B4EB4"))
        #expect(block(0x0002) == octets("41E95B3BB0A2E8DD477901E4FCA894C0"))
        #expect(block(0xFEFF) == octets("EC8CDF7398607CB0F2D21675EA9EA1E4"))
        #expect(block(0xFF01) == octets("6A2CC3787889374FBEB4C81B17BA6C44"))
    }

    @Test func `GCM and RTCP do not wait`() throws {
        guard let batch = SealingBatch() else { return }
        for profile in SRTPProfile.allCases {
            var key = try SealingKey(
                profile: profile, masterKey: profile.masterKey, masterSalt: profile.masterSalt,
                backend: .batched, batch: batch)
            var plain = try profile.sealingKey()
            #expect(key.sealRTCP(OpeningKeyTests.report) == plain.sealRTCP(OpeningKeyTests.report))
        }
        let gcm = try SealingKey(
            profile: .aeadAES128GCM, masterKey: SRTPProfile.aeadAES128GCM.masterKey,
            masterSalt: SRTPProfile.aeadAES128GCM.masterSalt, backend: .batched, batch: batch)
        let (packet, header) = rtpPacket(sequenceNumber: 5)
        let alone = try SRTPProfile.aeadAES128GCM.sealingKey().seal(
            packet, header: header, index: 5)
        #expect(gcm.seal(packet, header: header, index: 5) == alone)
        #expect(batch.count == 0)
    }

    @Test(.enabled(if: SealingBackend.ipsecMB.isAvailable))
    func `GCM by libipsec-mb is GCM by OpenSSL`() throws {
        let profile = SRTPProfile.aeadAES128GCM
        let ours = try profile.sealingKey(.ipsecMB)
        let theirs = try profile.sealingKey()
        var opening = try profile.openingKey()
        var random = SplitMix(state: 12)
        for index in 1..<400 as Range<UInt64> {
            let (packet, header) = rtpPacket(
                sequenceNumber: UInt16(index), contributors: Int(index % 4),
                extensionWords: index % 3 == 0 ? 2 : nil, payload: random.octets(Int(index) * 3))
            let prefix = Int(index % 3)
            let sealed = ours.seal(packet, header: header, prefix: prefix, index: index)
            #expect(sealed == theirs.seal(packet, header: header, prefix: prefix, index: index))
            let opened = opening.open(sealed)
            #expect(opened == .packet(packet, index: index))
        }
    }

    @Test func `one lane is no batch`() {
        #expect(SealingBatch(lanes: .one) == nil)
    }
}
