import Testing

@testable import Ciphers

@Suite struct SRTPVectorTests {
    @Test func `derives the session keys of RFC 3711 B.3`() throws {
        let keys = try SessionKeys(
            profile: .aes128CMHMACSHA1_80,
            masterKey: octets("E1F97A0D3E018BE0D64FA32C06DE4139"),
            masterSalt: octets("0EC675AD498AFEEBB6960B3AABE6")
        )
        #expect(
            try keys.derive(label: 0, byteCount: 16)
                == octets("C61E7A93744F39EE10734AFE3FF7A087")
        )
        #expect(
            try keys.derive(label: 2, byteCount: 14) == octets("30CBBC08863D8C85D49DB34A9AE1")
        )
        #expect(
            try keys.derive(label: 1, byteCount: 94)
                == octets(
                    """
                    CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE
                    E049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC25
                    6D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2
                    """
                )
        )
    }

    @Test func `the keystream is that of RFC 3711 B.2`() throws {
        func transform() throws -> Transform {
            try Transform(
                profile: .aes128CMHMACSHA1_80,
                key: octets("2B7E151628AED2A6ABF7158809CF4F3C"),
                authenticationKey: [UInt8](repeating: 0, count: 20),
                salt: octets("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"),
                seals: true
            )
        }
        let key = SealingKey(
            profile: .aes128CMHMACSHA1_80,
            rtp: try transform(),
            rtcp: try transform()
        )
        let zeros = [UInt8](repeating: 0, count: 12 + 0xFF02 * 16)
        let sealed = key.seal(zeros, header: 12, index: 0)
        func block(_ number: Int) -> [UInt8] { Array(sealed[12 + 16 * number..<28 + 16 * number]) }
        #expect(block(0x0000) == octets("E03EAD0935C95E80E166B16DD92B4EB4"))
        #expect(block(0x0001) == octets("D23513162B02D0F72A43A2FE4A5F97AB"))
        #expect(block(0x0002) == octets("41E95B3BB0A2E8DD477901E4FCA894C0"))
        #expect(block(0xFEFF) == octets("EC8CDF7398607CB0F2D21675EA9EA1E4"))
        #expect(block(0xFF00) == octets("362B7C3C6773516318A077D7FC5073AE"))
        #expect(block(0xFF01) == octets("6A2CC3787889374FBEB4C81B17BA6C44"))
    }

    @Test(arguments: [0, 1, 7, 16, 38]) func `seals and opens RTP as RFC 7714 16.1 does`(
        prefix: Int
    ) throws {
        let sealing = SealingKey(
            profile: .aeadAES128GCM,
            rtp: try gcm(seals: true),
            rtcp: try gcm(seals: true)
        )
        let sealed = sealing.seal(Self.rtp, header: 12, prefix: prefix, index: 0xF17B)
        #expect(sealed == Self.sealedRTP)
        var opening = OpeningKey(
            profile: .aeadAES128GCM,
            rtp: try gcm(seals: false),
            rtcp: try gcm(seals: false)
        )
        let opened = opening.open(Self.sealedRTP)
        #expect(opened == .packet(Self.rtp, index: 0xF17B))
    }

    @Test func `seals and opens RTCP as RFC 7714 17.1 does`() throws {
        var sealing = SealingKey(
            profile: .aeadAES128GCM,
            rtp: try gcm(seals: true),
            rtcp: try gcm(seals: true),
            nextRTCPIndex: 0x5D4
        )
        let sealed = sealing.sealRTCP(Self.rtcp)
        #expect(sealed == Self.sealedRTCP)
        var opening = OpeningKey(
            profile: .aeadAES128GCM,
            rtp: try gcm(seals: false),
            rtcp: try gcm(seals: false)
        )
        let opened = opening.openControl(Self.sealedRTCP)
        #expect(opened == .packet(Self.rtcp, index: 0x5D4))
    }

    @Test func `RTCP that is only tagged, as in RFC 7714 17.3, is refused`() throws {
        var opening = OpeningKey(
            profile: .aeadAES128GCM,
            rtp: try gcm(seals: false),
            rtcp: try gcm(seals: false)
        )
        let clear = Self.rtcp + octets("841DD9683DD78EC92AE58790125F62B3 000005D4")
        let opened = opening.openControl(clear)
        #expect(opened == .failed(.malformed))
    }

    private func gcm(seals: Bool) throws -> Transform {
        try Transform(
            profile: .aeadAES128GCM,
            key: octets("000102030405060708090A0B0C0D0E0F"),
            authenticationKey: [],
            salt: octets("517569642070726F2071756F"),
            seals: seals
        )
    }

    static let rtp = octets(
        """
        8040F17B 8041F8D3 5501A0B2 47616C6C 69612065 7374206F 6D6E6973
        20646976 69736120 696E2070 61727465 73207472 6573
        """
    )
    static let sealedRTP = octets(
        """
        8040F17B 8041F8D3 5501A0B2 F24DE3A3 FB34DE6C ACBA861C 9D7E4BCA BE633BD5
        0D294E6F 42A5F47A 51C7D19B 36DE3ADF 8833899D 7F27BEB1 6A9152CF 765EE439 0CCE
        """
    )
    static let rtcp = octets(
        """
        81C8000D 4D617273 4E545031 4E545032 52545020 0000042A 0000E930 4C756E61
        DEADBEEF DEADBEEF DEADBEEF DEADBEEF DEADBEEF
        """
    )
    static let sealedRTCP = octets(
        """
        81C8000D 4D617273 63E94885 DCDAB67C A727D766 2F6B7E99 7FF5C0F7 6C06F32D C676A5F1
        730D6FDA 4CE09B46 86303DED 0BB9275B C84AA458 96CF4D2F C5ABF872 45D9EADE 800005D4
        """
    )
}
