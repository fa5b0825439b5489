import Testing

@testable import Ciphers

/// Whichever backend is chosen, the same octets go over the wire, and each opens what the other sealed.
@Suite struct SealingBackendTests {
    static let profiles = SRTPProfile.allCases

    @Test(arguments: profiles) func `RTP by libsrtp2 is RTP by EVP, past the wrap`(
        profile: SRTPProfile
    ) throws {
        let ours = try profile.sealingKey()
        let theirs = try profile.sealingKey(.libsrtp2)
        var opensOurs = try profile.openingKey(.libsrtp2)
        var opensTheirs = try profile.openingKey()
        var random = SplitMix(state: 3)
        var index: UInt64 = 32_000
        while index < 0x2_1000 {
            let (packet, header) = rtpPacket(
                sequenceNumber: UInt16(truncatingIfNeeded: index),
                contributors: Int.random(in: 0...3, using: &random),
                extensionWords: Bool.random(using: &random) ? 2 : nil,
                payload: random.octets(Int.random(in: 1...1200, using: &random)))
            let prefix = Int.random(in: 0...min(4, packet.count - header), using: &random)
            let sealed = ours.seal(packet, header: header, prefix: prefix, index: index)
            let other = theirs.seal(packet, header: header, prefix: prefix, index: index)
            #expect(sealed == other)
            let (one, two) = (opensOurs.open(sealed), opensTheirs.open(other))
            #expect(one == .packet(packet, index: index))
            #expect(two == .packet(packet, index: index))
            index += UInt64.random(in: 1...300, using: &random)
        }
    }

    @Test(arguments: profiles) func `RTCP by libsrtp2 is RTCP by EVP, one index further`(
        profile: SRTPProfile
    ) throws {
        var ours = try profile.sealingKey()
        var theirs = try profile.sealingKey(.libsrtp2)
        var opensOurs = try profile.openingKey(.libsrtp2)
        var opensTheirs = try profile.openingKey()
        _ = ours.sealRTCP(OpeningKeyTests.report)  // index 0
        var random = SplitMix(state: 4)
        for index in 1..<300 as Range<UInt64> {
            let packet = [0x81, 201, 0, 9, 1, 2, 3, 4] + random.octets(4 * Int(index % 40))
            let (sealed, other) = (ours.sealRTCP(packet), theirs.sealRTCP(packet))
            #expect(sealed == other)
            let (one, two) = (opensOurs.openControl(sealed), opensTheirs.openControl(other))
            #expect(one == .packet(packet, index: index))
            #expect(two == .packet(packet, index: index))
        }
    }

    @Test(arguments: profiles) func `libsrtp2 seals a packet again to the same octets`(
        profile: SRTPProfile
    ) throws {
        let key = try profile.sealingKey(.libsrtp2)
        let (first, header) = rtpPacket(sequenceNumber: 60_000)
        let once = key.seal(first, header: header, index: 60_000)
        for index in 60_001..<63_500 as Range<UInt64> {
            let (packet, header) = rtpPacket(sequenceNumber: UInt16(index))
            _ = key.seal(packet, header: header, index: index)
        }
        #expect(key.seal(first, header: header, index: 60_000) == once)
    }

    @Test(arguments: profiles)
    func `libsrtp2 refuses copies, the too old and the damaged as EVP does`(
        profile: SRTPProfile
    ) throws {
        let sealing = try profile.sealingKey()
        var ours = try profile.openingKey()
        var theirs = try profile.openingKey(.libsrtp2)
        var random = SplitMix(state: 5)
        var newest: UInt64 = 0xFC00
        for _ in 0..<3_000 {
            let index =
                Bool.random(using: &random)
                ? newest + UInt64.random(in: 0...20, using: &random)
                : newest - UInt64.random(in: 0...1_100, using: &random)
            let (packet, header) = rtpPacket(sequenceNumber: UInt16(truncatingIfNeeded: index))
            var sealed = sealing.seal(packet, header: header, index: index)
            if UInt8.random(in: 0...9, using: &random) == 0 { sealed[sealed.count - 1] ^= 1 }
            let (one, two) = (ours.open(sealed), theirs.open(sealed))
            #expect(one == two)
            if case .packet = one { newest = max(newest, index) }
        }
    }

    @Test func `RTCP that libsrtp2 no longer remembers is replayed, not forged`() throws {
        let profile = SRTPProfile.aes128CMHMACSHA1_80
        var sealing = try profile.sealingKey()
        var opening = try profile.openingKey(.libsrtp2)
        let reports = (0..<300).map { _ in sealing.sealRTCP(OpeningKeyTests.report) }
        for report in reports[100...] { _ = opening.openControl(report) }
        #expect(opening.openControl(reports[99]) == .failed(.replayed))
    }

    @Test func `sessions of libsrtp2 on two threads do not disturb each other`() async throws {
        let profile = SRTPProfile.aeadAES128GCM
        let agreed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for seed in 0..<2 as Range<UInt64> {
                group.addTask {
                    let ours = try profile.sealingKey()
                    let theirs = try profile.sealingKey(.libsrtp2)
                    var random = SplitMix(state: seed)
                    for index in 1..<2_000 as Range<UInt64> {
                        let (packet, header) = rtpPacket(
                            sequenceNumber: UInt16(index), payload: random.octets(200))
                        let sealed = ours.seal(packet, header: header, index: index)
                        guard sealed == theirs.seal(packet, header: header, index: index)
                        else { return false }
                    }
                    return true
                }
            }
            return try await group.reduce(true) { $0 && $1 }
        }
        #expect(agreed)
    }
}
