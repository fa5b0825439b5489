import Testing

@testable import Ciphers

@Suite struct DigestTests {
    @Test func `HMAC-SHA1 gives what RFC 2202 lists`() {
        #expect(
            hmacSHA1(key: [UInt8](repeating: 0x0B, count: 20), data: Array("Hi There".utf8))
                == octets("B617318655057264E28BC0B6FB378C8EF146BE00")
        )
        #expect(
            hmacSHA1(key: Array("Jefe".utf8), data: Array("what do ya want for nothing?".utf8))
                == octets("EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79")
        )
    }

    @Test func `HMAC-SHA256 gives what RFC 4231 lists`() {
        #expect(
            hmacSHA256(key: Array("Jefe".utf8), data: Array("what do ya want for nothing?".utf8))
                == octets("5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843")
        )
    }

    @Test func `an empty key and empty data have their digest too`() {
        #expect(
            hmacSHA256(key: [], data: [])
                == octets("B613679A0814D9EC772F95D778C35FC5FF1697C493715653C6C712144292C5AD")
        )
        #expect(
            hmacSHA1(key: [], data: []) == octets("FBDB1D1B18AA6C08324B7D64B71FB76370690E1D")
        )
    }

    @Test func `SHA-256 gives what FIPS 180-4 lists`() {
        #expect(
            sha256(Array("abc".utf8))
                == octets("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")
        )
        #expect(
            sha256([UInt8]())
                == octets("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")
        )
    }

    @Test func `MD5 gives what RFC 1321 lists`() {
        #expect(md5(Array("abc".utf8)) == octets("900150983CD24FB0D6963F7D28E17F72"))
        #expect(md5([]) == octets("D41D8CD98F00B204E9800998ECF8427E"))
    }

    @Test func `equal octets are equal, and nothing else is`() {
        #expect(constantTimeEquals([1, 2, 3], [1, 2, 3]))
        #expect(constantTimeEquals([UInt8](), []))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
    }

    @Test func `random octets come in the number asked for, and differ`() {
        #expect(randomBytes(count: 0).isEmpty)
        #expect(randomBytes(count: 32).count == 32)
        #expect(randomBytes(count: 32) != randomBytes(count: 32))
    }
}
