import Testing
import Timing
import WebRTC
import Wire

/// What a peer or a stranger may try beyond the usual dialogue.
@Suite struct ICEHardeningTests {
    static let check = ICELiteTests.check(nominates: true)

    static func fresh() -> ICELite {
        ICELite(local: ICELiteTests.local, remote: ICELiteTests.remote)
    }

    @Test func `consent that ended does not come back`() {
        var ice = Self.fresh()
        _ = ice.receive(Self.check, from: ICELiteTests.home, at: ICELiteTests.start)
        let late = ICELiteTests.start + .seconds(31)
        ice.advance(to: late)
        let outcome = ice.receive(Self.check, from: ICELiteTests.home, at: late)
        #expect(ice.isExpired && !outcome.isAuthenticated && outcome.response == nil)
        #expect(ice.nextDeadline == nil)
    }

    @Test func `nor does a restart revive it`() {
        var ice = Self.fresh()
        _ = ice.receive(Self.check, from: ICELiteTests.home, at: ICELiteTests.start)
        let late = ICELiteTests.start + .seconds(31)
        ice.advance(to: late)
        ice.restart(local: ICELiteTests.local, remote: ICELiteTests.remote)
        let outcome = ice.receive(Self.check, from: ICELiteTests.mobile, at: late)
        #expect(ice.isExpired && !outcome.isAuthenticated)
        #expect(!ice.isValidated(ICELiteTests.mobile))
    }

    @Test func `the selected path is never the one forgotten`() {
        var ice = Self.fresh()
        _ = ice.receive(Self.check, from: ICELiteTests.home, at: ICELiteTests.start)
        let plain = ICELiteTests.check()
        for port in 1...20 {
            let source = Endpoint(ipv4: 0xC633_6401, port: UInt16(port))
            _ = ice.receive(plain, from: source, at: ICELiteTests.start)
        }
        #expect(ice.selected == ICELiteTests.home && ice.isValidated(ICELiteTests.home))
    }

    @Test func `media leaves from the address of ours that the nominating check came to`() {
        var ice = Self.fresh()
        var (first, second) = (ICELiteTests.home, ICELiteTests.home)
        (first.via, second.via) = (1, 2)
        _ = ice.receive(ICELiteTests.check(), from: first, at: ICELiteTests.start)
        _ = ice.receive(Self.check, from: second, at: ICELiteTests.start)
        _ = ice.receive(ICELiteTests.check(), from: first, at: ICELiteTests.start)
        #expect(ice.selected == second && ice.isValidated(first) && ice.isValidated(second))
    }

    @Test func `a path checked again counts as new`() {
        var ice = Self.fresh()
        let plain = ICELiteTests.check()
        let paths = (1...17).map { Endpoint(ipv4: 0xC633_6401, port: UInt16($0)) }
        for path in paths[..<16] { _ = ice.receive(plain, from: path, at: ICELiteTests.start) }
        _ = ice.receive(plain, from: paths[0], at: ICELiteTests.start)
        _ = ice.receive(plain, from: paths[16], at: ICELiteTests.start)
        #expect(ice.isValidated(paths[0]) && !ice.isValidated(paths[1]))
    }

    @Test func `a request without name or integrity is a bad one, not a wrong one`() throws {
        var nameless = STUNMessage(.request, transactionID: .init(high: 1, low: 2))
        var unsigned = nameless
        nameless.priority = 1
        unsigned.username = "serv:peer"
        let requests = [
            nameless.serialized(password: ICELiteTests.local.password),
            unsigned.serialized(password: nil),
        ]
        for request in requests {
            var ice = Self.fresh()
            let outcome = ice.receive(request, from: ICELiteTests.home, at: ICELiteTests.start)
            #expect(try ICELiteTests.answer(outcome).errorCode == 400)  // RFC 8489 §9.1.3
        }
    }

    /// FINGERPRINT is the last attribute (RFC 8489 §14.7); each other one would cost a CRC of all
    /// before it, to whoever must read a stranger's datagram.
    @Test func `a fingerprint that is not last is refused`() throws {
        let one = ICELiteTests.check()
        #expect(throws: ParseError.self) {
            try STUNMessage(parsing: FingerprintChain.message(repeating: 2))
        }
        #expect(try STUNMessage(parsing: one).username == "serv:peer")
        let once = FingerprintChain.message(repeating: 1)
        #expect(try STUNMessage(parsing: once).messageClass == .request)
    }
}

/// A request of nothing but fingerprints, each right for what stands before it.
enum FingerprintChain {
    static func message(repeating count: Int) -> [UInt8] {
        let length = UInt16(count * 8)
        var bytes: [UInt8] = [0, 1, UInt8(length >> 8), UInt8(length & 0xFF)]
        bytes += [0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 7, count: 12)
        for _ in 0..<count {
            let value = crc32(bytes) ^ 0x5354_554E
            let octets = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
            bytes += [0x80, 0x28, 0x00, 0x04] + octets
        }
        return bytes
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for octet in bytes {
            crc ^= UInt32(octet)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~crc
    }
}
