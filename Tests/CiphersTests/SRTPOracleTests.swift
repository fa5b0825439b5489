import Testing

@testable import Ciphers

/// What we send libsrtp2 reads, what libsrtp2 sends we read, and both write the same octets.
@Suite struct SRTPOracleTests {
    struct Start: CustomTestStringConvertible {
        var profile: SRTPProfile
        var sequenceNumber: UInt16
        var testDescription: String { "\(profile) from \(sequenceNumber)" }
    }

    static let starts = SRTPProfile.allCases.flatMap { profile in
        [0, 1, 127, 32_767, 65_000].map { Start(profile: profile, sequenceNumber: $0) }
    }

    @Test(arguments: starts) func `RTP agrees bit for bit with libsrtp2`(start: Start) throws {
        let sealing = try start.profile.sealingKey()
        var opening = try start.profile.openingKey()
        let oracleOut = try SRTPOracle(profile: start.profile, seals: true)
        let oracleIn = try SRTPOracle(profile: start.profile, seals: false)
        var random = SplitMix(state: UInt64(start.sequenceNumber) + 1)
        var index = UInt64(start.sequenceNumber)
        for _ in 0..<2_000 {
            let (packet, header) = Self.randomPacket(index: index, using: &random)
            let prefix = Int.random(in: 0...min(20, packet.count - header), using: &random)
            let sealed = sealing.seal(packet, header: header, prefix: prefix, index: index)
            #expect(sealed == oracleOut.seal(packet))
            #expect(oracleIn.open(sealed) == packet)
            let opened = opening.open(sealed)
            #expect(opened == .packet(packet, index: index))
            // Gaps too, so that a start near the wrap passes it more than once.
            index += UInt64.random(in: 1...200, using: &random)
        }
        #expect(index > 0x2_0000)
    }

    @Test(arguments: SRTPProfile.allCases) func `RTCP agrees with libsrtp2`(
        profile: SRTPProfile
    ) throws {
        // libsrtp2 counts from 1.
        let keys = try SessionKeys(
            profile: profile,
            masterKey: profile.masterKey,
            masterSalt: profile.masterSalt
        )
        var sealing = SealingKey(
            profile: profile,
            rtp: try keys.transform(.rtp, seals: true),
            rtcp: try keys.transform(.rtcp, seals: true),
            nextRTCPIndex: 1
        )
        var opening = try profile.openingKey()
        let oracleOut = try SRTPOracle(profile: profile, seals: true)
        let oracleIn = try SRTPOracle(profile: profile, seals: false)
        var random = SplitMix(state: 7)
        for index in 1..<500 {
            let body = random.octets(4 * Int.random(in: 0...60, using: &random))
            let packet: [UInt8] = [0x80, 201, 0, UInt8(1 + body.count / 4), 1, 2, 3, 4] + body
            let sealed = sealing.sealRTCP(packet)
            #expect(sealed == oracleOut.sealControl(packet))
            #expect(oracleIn.openControl(sealed) == packet)
            let opened = opening.openControl(sealed)
            #expect(opened == .packet(packet, index: UInt64(index)))
        }
    }

    @Test(arguments: SRTPProfile.allCases) func `high rollovers agree with libsrtp2`(
        profile: SRTPProfile
    ) throws {
        let sealing = try profile.sealingKey()
        let oracle = try SRTPOracle(profile: profile, seals: true)
        _ = oracle.seal(rtpPacket(sequenceNumber: 1).packet)
        for rollover in [1, 0xFF, 0x1_0000, 0x89AB_CDEF, 0xFFFF_FFFE] as [UInt32] {
            let isSet = oracle.setRollover(rollover, ssrc: 0xCAFE_BABE)
            #expect(isSet)
            let (packet, header) = rtpPacket(sequenceNumber: 2, extensionWords: 1)
            let index = UInt64(rollover) << 16 | 2
            let (ours, theirs) = (
                sealing.seal(packet, header: header, index: index), oracle.seal(packet)
            )
            #expect(ours == theirs)
        }
    }

    private static func randomPacket(
        index: UInt64,
        using random: inout SplitMix
    ) -> (packet: [UInt8], header: Int) {
        let words = Int.random(in: -3...10, using: &random)
        let padding = Int.random(in: -20...30, using: &random)
        return rtpPacket(
            sequenceNumber: UInt16(truncatingIfNeeded: index),
            contributors: max(0, Int.random(in: -15...15, using: &random)),
            extensionWords: words < 0 ? nil : words,
            payload: random.octets(Int.random(in: 1...300, using: &random)),
            padding: max(0, padding)
        )
    }
}
