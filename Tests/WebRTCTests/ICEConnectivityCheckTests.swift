import Ciphers
import Testing
import Timing
import WebRTC
import Wire

@Suite struct ICEConnectivityCheckTests {
    static func pair() -> (ICEConnectivityCheck, ICELite) {
        (
            ICEConnectivityCheck(
                local: ICELiteTests.remote, remote: ICELiteTests.local,
                random: SeededRandom(seed: [1])),
            ICELite(local: ICELiteTests.local, remote: ICELiteTests.remote)
        )
    }

    @Test func `opens and selects the path of a lite agent`() throws {
        var (check, ice) = Self.pair()
        let outcome = ice.receive(check.request(), from: ICELiteTests.home, at: ICELiteTests.start)
        let response = try #require(outcome.response)
        #expect(!check.isValid)
        let reply = check.receive(response)
        #expect(reply == .valid(mapped: ICELiteTests.home))
        #expect(check.isValid && ice.selected == ICELiteTests.home)
    }

    @Test func `an answer counts once`() throws {
        var (check, ice) = Self.pair()
        let outcome = ice.receive(check.request(), from: ICELiteTests.home, at: ICELiteTests.start)
        let response = try #require(outcome.response)
        _ = check.receive(response)
        let again = check.receive(response)
        #expect(again == .ignored)
    }

    @Test func `a forged answer is ignored, and the true one still counts`() throws {
        var (check, ice) = Self.pair()
        let request = check.request()
        let outcome = ice.receive(request, from: ICELiteTests.home, at: ICELiteTests.start)
        let response = try #require(outcome.response)
        var forged = STUNMessage(
            .success, transactionID: try STUNMessage(parsing: request).transactionID)
        forged.mappedAddress = ICELiteTests.mobile
        for password in ["a guess", nil] {
            let reply = check.receive(forged.serialized(password: password))
            #expect(reply == .ignored)
        }
        let reply = check.receive(response)
        #expect(reply == .valid(mapped: ICELiteTests.home))
    }

    @Test func `a refusal is told, and does not end the request`() throws {
        var (check, ice) = Self.pair()
        let request = check.request()
        var other = ICELite(
            local: ICECredentials(ufrag: "serv", password: "another password"),
            remote: ICELiteTests.remote)
        let refused = other.receive(request, from: ICELiteTests.home, at: ICELiteTests.start)
        let refusal = try #require(refused.response)
        let first = check.receive(refusal)
        #expect(first == .refused(code: 401) && !check.isValid)
        let outcome = ice.receive(request, from: ICELiteTests.home, at: ICELiteTests.start)
        let response = try #require(outcome.response)
        let second = check.receive(response)
        #expect(second == .valid(mapped: ICELiteTests.home))
    }

    @Test func `the last eight requests may be answered`() throws {
        var (check, ice) = Self.pair()
        let requests = (0..<9).map { _ in check.request() }
        #expect(Set(requests).count == 9)
        for (index, request) in requests.enumerated() {
            let outcome = ice.receive(request, from: ICELiteTests.home, at: ICELiteTests.start)
            let response = try #require(outcome.response)
            let reply = check.receive(response)
            #expect((reply == .ignored) == (index == 0))
        }
    }
}
