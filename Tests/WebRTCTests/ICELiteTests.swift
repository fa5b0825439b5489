import Testing
import Timing
import WebRTC
import Wire

@Suite struct ICELiteTests {
    static let local = ICECredentials(ufrag: "serv", password: "server's password of 24 ch")
    static let remote = ICECredentials(ufrag: "peer", password: "peer's password of 24 char")
    static let home = Endpoint(ipv4: 0xC000_0201, port: 5000)
    static let mobile = Endpoint(ipv4: 0xC633_6401, port: 6000)
    static let start = Instant(nanoseconds: 0)

    static func check(
        username: String = "serv:peer", password: String = local.password, nominates: Bool = false,
        unknown: Bool = false
    ) -> [UInt8] {
        var request = STUNMessage(.request, transactionID: .init(high: 1, low: 2))
        request.username = username
        request.priority = 1
        request.role = .controlling(5)
        request.usesCandidate = nominates
        return request.serialized(password: password)
    }

    static func answer(_ outcome: ICELite.Outcome) throws -> STUNMessage {
        let response = try #require(outcome.response)
        return try STUNMessage(parsing: response)
    }

    @Test func `answers an authentic check with the address it came from`() throws {
        var ice = ICELite(local: Self.local, remote: Self.remote)
        let bytes = Self.check()
        let outcome = ice.receive(bytes, from: Self.home, at: Self.start)
        let answer = try Self.answer(outcome)
        #expect(outcome.isAuthenticated && outcome.isFirstValidation)
        #expect(answer.messageClass == .success && answer.mappedAddress == Self.home)
        let response = try #require(outcome.response)
        #expect(answer.isAuthentic(response, password: Self.local.password))
        #expect(ice.isValidated(Self.home) && ice.selected == Self.home)
    }

    @Test(arguments: [
        ("serv:other", local.password), ("serv:peer", "a wrong password"), ("peer:serv", "x"),
    ]) func `a check without the credentials validates nothing`(
        username: String, password: String
    ) throws {
        var ice = ICELite(local: Self.local, remote: Self.remote)
        let bytes = Self.check(username: username, password: password)
        let outcome = ice.receive(bytes, from: Self.home, at: Self.start)
        #expect(!outcome.isAuthenticated)
        #expect(try Self.answer(outcome).errorCode == 401)
        #expect(!ice.isValidated(Self.home) && ice.selected == nil)
    }

    @Test func `the latest nomination decides, an unnominated path does not`() {
        var ice = ICELite(local: Self.local, remote: Self.remote)
        let nominating = Self.check(nominates: true)
        let plain = Self.check()
        _ = ice.receive(nominating, from: Self.home, at: Self.start)
        _ = ice.receive(plain, from: Self.mobile, at: Self.start)
        #expect(ice.selected == Self.home)
        _ = ice.receive(nominating, from: Self.mobile, at: Self.start)
        #expect(ice.selected == Self.mobile)
    }

    @Test func `consent lasts thirty seconds from the last authentic check`() {
        var ice = ICELite(local: Self.local, remote: Self.remote)
        let bytes = Self.check()
        #expect(ice.nextDeadline == nil)
        _ = ice.receive(bytes, from: Self.home, at: Self.start)
        let later = Self.start + .seconds(20)
        _ = ice.receive(bytes, from: Self.home, at: later)
        #expect(ice.nextDeadline == later + .seconds(30))
        ice.advance(to: Self.start + .seconds(49))
        #expect(!ice.isExpired)
        ice.advance(to: Self.start + .seconds(50))
        #expect(ice.isExpired && ice.nextDeadline == nil)
    }

    @Test func `after a restart only the new credentials count, and the old path stays`() throws {
        var ice = ICELite(local: Self.local, remote: Self.remote)
        let old = Self.check(nominates: true)
        _ = ice.receive(old, from: Self.home, at: Self.start)
        let local = ICECredentials(ufrag: "new1", password: "another password of 24 chars")
        ice.restart(local: local, remote: ICECredentials(ufrag: "new2", password: "irrelevant"))
        #expect(ice.selected == Self.home)
        #expect(
            !ice.receive(old, from: Self.mobile, at: Self.start).isAuthenticated)
        let new = Self.check(username: "new1:new2", password: local.password)
        #expect(ice.receive(new, from: Self.mobile, at: Self.start).isAuthenticated)
        #expect(ice.selected == Self.mobile)
    }

    @Test func `remembers sixteen paths, the newest`() {
        var ice = ICELite(local: Self.local, remote: Self.remote)
        let bytes = Self.check()
        for port in 1...17 {
            let source = Endpoint(ipv4: 0xC000_0201, port: UInt16(port))
            _ = ice.receive(bytes, from: source, at: Self.start)
        }
        #expect(!ice.isValidated(Endpoint(ipv4: 0xC000_0201, port: 1)))
        #expect(ice.isValidated(Endpoint(ipv4: 0xC000_0201, port: 17)))
    }
}
