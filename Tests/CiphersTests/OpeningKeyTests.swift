import Testing

@testable import Ciphers

@Suite(.serialized) struct OpeningKeyTests {
    static let profiles = SRTPProfile.allCases

    @Test(arguments: profiles) func `every flipped bit of an RTP packet is refused`(
        profile: SRTPProfile
    ) throws {
        let (packet, header) = rtpPacket(sequenceNumber: 9, contributors: 2, extensionWords: 2)
        let sealed = try profile.sealingKey().seal(packet, header: header, index: 9)
        var opening = try profile.openingKey()
        for position in sealed.indices {
            for bit in 0..<8 {
                var damaged = sealed
                damaged[position] ^= 1 << bit
                if case .packet = opening.open(damaged) {
                    Issue.record("bit \(bit) of octet \(position) may be flipped")
                }
            }
        }
        let opened = opening.open(sealed)
        #expect(opened == .packet(packet, index: 9), "forgeries left a trace")
    }

    @Test(arguments: profiles) func `every flipped bit of an RTCP packet is refused`(
        profile: SRTPProfile
    ) throws {
        var sealing = try profile.sealingKey()
        let sealed = sealing.sealRTCP(Self.report)
        var opening = try profile.openingKey()
        for position in sealed.indices {
            for bit in 0..<8 {
                var damaged = sealed
                damaged[position] ^= 1 << bit
                if case .packet = opening.openControl(damaged) {
                    Issue.record("bit \(bit) of octet \(position) may be flipped")
                }
            }
        }
        let opened = opening.openControl(sealed)
        #expect(opened == .packet(Self.report, index: 0), "forgeries left a trace")
    }

    @Test(arguments: profiles) func `every cut is refused`(profile: SRTPProfile) throws {
        let (packet, header) = rtpPacket(sequenceNumber: 9, contributors: 1, extensionWords: 3)
        let sealed = try profile.sealingKey().seal(packet, header: header, index: 9)
        var sealing = try profile.sealingKey()
        let sealedReport = sealing.sealRTCP(Self.report)
        var opening = try profile.openingKey()
        for count in 0..<sealed.count {
            if case .packet = opening.open(Array(sealed[0..<count])) {
                Issue.record("RTP cut to \(count) octets was opened")
            }
        }
        for count in 0..<sealedReport.count {
            if case .packet = opening.openControl(Array(sealedReport[0..<count])) {
                Issue.record("RTCP cut to \(count) octets was opened")
            }
        }
    }

    @Test(arguments: profiles) func `an extension longer than the packet is malformed`(
        profile: SRTPProfile
    ) throws {
        var (packet, _) = rtpPacket(
            sequenceNumber: 1,
            extensionWords: 1,
            payload: [UInt8](repeating: 0, count: 60)
        )
        (packet[14], packet[15]) = (0xFF, 0xFF)
        var opening = try profile.openingKey()
        let opened = opening.open(packet)
        #expect(opened == .failed(.malformed))
    }

    @Test(arguments: profiles) func `an empty payload is carried`(profile: SRTPProfile) throws {
        let (packet, header) = rtpPacket(sequenceNumber: 3, extensionWords: 1, payload: [])
        let sealed = try profile.sealingKey().seal(packet, header: header, index: 3)
        var opening = try profile.openingKey()
        let opened = opening.open(sealed)
        #expect(opened == .packet(packet, index: 3))
    }

    @Test(arguments: profiles) func `the second copy is refused, RTP and RTCP`(
        profile: SRTPProfile
    ) throws {
        let (packet, header) = rtpPacket(sequenceNumber: 3)
        var sealing = try profile.sealingKey()
        let sealed = sealing.seal(packet, header: header, index: 3)
        let sealedReport = sealing.sealRTCP(Self.report)
        var opening = try profile.openingKey()
        _ = (opening.open(sealed), opening.openControl(sealedReport))
        let (again, reportAgain) = (opening.open(sealed), opening.openControl(sealedReport))
        #expect(again == .failed(.replayed))
        #expect(reportAgain == .failed(.replayed))
    }

    @Test(arguments: profiles) func `packets late by less than the window are taken once`(
        profile: SRTPProfile
    ) throws {
        let sealing = try profile.sealingKey()
        var opening = try profile.openingKey()
        func sealed(_ index: UInt64) -> [UInt8] {
            let number = UInt16(truncatingIfNeeded: index)
            let (packet, header) = rtpPacket(sequenceNumber: number)
            return sealing.seal(packet, header: header, index: index)
        }
        for index in [0xFF00, 0x1_0200] as [UInt64] {  // the newer one past the wrap
            guard case .packet = opening.open(sealed(index)) else {
                Issue.record("\(index) was refused")
                return
            }
        }
        let (late, lateAgain) = (opening.open(sealed(0xFFFF)), opening.open(sealed(0xFFFF)))
        #expect(late != .failed(.replayed))
        #expect(lateAgain == .failed(.replayed))
        let (last, tooLate) = (
            opening.open(sealed(0x1_0200 - 1023)), opening.open(sealed(0x1_0200 - 1024))
        )
        #expect(last != .failed(.replayed))
        #expect(tooLate == .failed(.replayed))
    }

    @Test(arguments: profiles)
    func `retransmissions under their own SSRC have a window of their own`(
        profile: SRTPProfile
    ) throws {
        let sealing = try profile.sealingKey()
        var opening = try profile.openingKey()
        func open(_ number: UInt16, ssrc: UInt32) -> Plain {
            let (packet, header) = rtpPacket(sequenceNumber: number, ssrc: ssrc)
            return opening.open(sealing.seal(packet, header: header, index: UInt64(number)))
        }
        let (media, retransmission) = (0xCAFE_0001 as UInt32, 0xCAFE_0002 as UInt32)
        // Media is 60000 ahead; a retransmission stream begins at 3 and comes out of order (RFC 4588 §4).
        for number in 59_000..<60_000 as Range<UInt16> {
            guard case .packet = open(number, ssrc: media) else {
                Issue.record("\(number) was refused")
                return
            }
        }
        for number in [3, 5, 4, 900, 6] as [UInt16] {
            let opened = open(number, ssrc: retransmission)
            #expect(opened != .failed(.replayed), "\(number)")
            let again = open(number, ssrc: retransmission)
            #expect(again == .failed(.replayed), "\(number)")
        }
        // The same number sent again without a stream of its own is a second copy, late or not.
        let copy = open(59_500, ssrc: media)
        #expect(copy == .failed(.replayed))
        // And one that never came is taken, though a thousand newer ones have.
        let late = open(60_000 - 1_024, ssrc: media)
        #expect(late != .failed(.replayed))
    }

    @Test func `the 65th source is refused, and the others go on`() throws {
        let profile = SRTPProfile.aeadAES128GCM
        let sealing = try profile.sealingKey()
        var opening = try profile.openingKey()
        func open(ssrc: UInt32, _ number: UInt16) -> Plain {
            let (packet, header) = rtpPacket(sequenceNumber: number, ssrc: ssrc)
            return opening.open(sealing.seal(packet, header: header, index: UInt64(number)))
        }
        for ssrc in 0..<64 as Range<UInt32> {
            guard case .packet = open(ssrc: ssrc, 1) else {
                Issue.record("source \(ssrc) was refused")
                return
            }
        }
        #expect(open(ssrc: 64, 1) == .failed(.tooManySources))
        guard case .packet = open(ssrc: 0, 2) else {
            Issue.record("a known source was refused")
            return
        }
    }

    @Test func `forged sources take no place`() throws {
        var opening = try SRTPProfile.aeadAES128GCM.openingKey()
        for ssrc in 0..<200 as Range<UInt32> {
            let payload = [UInt8](repeating: 0, count: 40)
            let (packet, _) = rtpPacket(sequenceNumber: 1, ssrc: ssrc, payload: payload)
            let opened = opening.open(packet)
            #expect(opened == .failed(.notAuthentic))
        }
    }

    @Test(arguments: profiles) func `opens in place`(profile: SRTPProfile) throws {
        let (packet, header) = rtpPacket(sequenceNumber: 8, payload: Array(0..<200))
        var memory = try profile.sealingKey().seal(packet, header: header, index: 8)
        var opening = try profile.openingKey()
        memory.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            let opened = opening.openRTP(
                RawSpan(_unsafeBytes: UnsafeRawBufferPointer(bytes)),
                into: base
            )
            #expect(opened == .opened(byteCount: packet.count, index: 8))
        }
        #expect(Array(memory[0..<packet.count]) == packet)
    }

    @Test(arguments: profiles) func `keys of a wrong length are refused`(
        profile: SRTPProfile
    ) {
        #expect(throws: CipherError.keyLength(expected: 16, actual: 15)) {
            _ = try SealingKey(
                profile: profile,
                masterKey: octets("00112233445566778899AABBCCDDEE"),
                masterSalt: profile.masterSalt
            )
        }
        #expect(throws: CipherError.keyLength(expected: profile.saltByteCount, actual: 0)) {
            _ = try OpeningKey(
                profile: profile,
                masterKey: profile.masterKey,
                masterSalt: []
            )
        }
    }

    @Test func `RTCP shorter than a header is not sealed, nor any after 2³¹`() throws {
        let profile = SRTPProfile.aeadAES128GCM
        let keys = try SessionKeys(
            profile: profile,
            masterKey: profile.masterKey,
            masterSalt: profile.masterSalt
        )
        var sealing = SealingKey(
            profile: profile,
            rtp: try keys.transform(.rtp, seals: true),
            rtcp: try keys.transform(.rtcp, seals: true),
            nextRTCPIndex: 0x7FFF_FFFF
        )
        #expect(sealing.sealRTCP([0x80, 201, 0, 0, 1, 2, 3]).isEmpty)
        #expect(!sealing.sealRTCP(Self.report).isEmpty)
        #expect(sealing.sealRTCP(Self.report).isEmpty)
    }

    static let report: [UInt8] = [0x80, 201, 0, 3, 0, 0, 0, 1] + [UInt8](0..<8)
}
