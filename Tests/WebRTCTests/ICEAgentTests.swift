import Ciphers
import Testing
import Timing
import WebRTC
import Wire

/// The controlling agent against lite ones, over paths that lose.
@Suite struct ICEAgentTests {
    static let start = Instant(nanoseconds: 0)
    static let client = ICECredentials(ufrag: "clnt", password: "clientclientclientclient")
    static let server = ICECredentials(ufrag: "serv", password: "serverserverserverserver")
    static let here = Endpoint(ipv4: 0x0A00_0001, port: 5000)
    static let there = Endpoint(ipv4: 0xC000_0201, port: 40_000)
    static let nowhere = Endpoint(ipv4: 0xC633_6401, port: 9)

    /// Runs both sides until `end`; `loses` says of each datagram whether it is lost.
    private func run(
        _ agent: inout ICEAgent, _ lite: inout ICELite, from start: Instant = start,
        until end: Interval, loses: (Int) -> Bool = { _ in false }
    ) -> Int {
        var (sent, now) = (0, start)
        while true {
            agent.advance(to: now)
            lite.advance(to: now)
            while let (bytes, destination) = agent.nextDatagram() {
                sent += 1
                guard destination == Self.there, !loses(sent) else { continue }
                guard let answer = lite.receive(bytes.span.bytes, from: Self.here, at: now).response
                else { continue }
                agent.receive(answer.span.bytes, from: Self.there, at: now)
            }
            guard let next = agent.nextDeadline, next <= start + end else { return sent }
            if next <= now {
                Issue.record("a deadline already met: a loop would spin")
                return sent
            }
            now = next
        }
    }

    private func pair(_ candidates: [Endpoint]) -> (ICEAgent, ICELite) {
        (
            ICEAgent(
                local: Self.client, remote: Self.server, candidates: candidates, seed: [7],
                at: Self.start),
            ICELite(local: Self.server, remote: Self.client)
        )
    }

    @Test func `settles on the candidate that answers, whatever else is offered`() {
        var (agent, lite) = pair([Self.nowhere, Self.there])
        _ = run(&agent, &lite, until: .milliseconds(200))
        #expect(agent.state == .connected(Self.there) && lite.selected == Self.here)
    }

    @Test(arguments: 1..<64) func `gets through whatever of the first checks is lost`(losses: Int) {
        var (agent, lite) = pair([Self.there])
        _ = run(&agent, &lite, until: .seconds(29)) { $0 <= 6 && losses >> ($0 - 1) & 1 == 1 }
        #expect(agent.state == .connected(Self.there))
    }

    @Test func `keeps consent by a check each five seconds, and loses it after thirty of silence`()
    {
        var (agent, lite) = pair([Self.there])
        let checks = run(&agent, &lite, until: .seconds(100))
        #expect((18...28).contains(checks), "\(checks)")
        #expect(agent.state == .connected(Self.there) && !lite.isExpired)
        _ = run(&agent, &lite, from: Self.start + .seconds(100), until: .seconds(40)) { _ in true }
        #expect(agent.state == .failed && lite.isExpired)
        #expect(agent.nextDeadline == nil)
    }

    @Test func `a check that is asked for is repeated each second until it is answered`() {
        var (agent, lite) = pair([Self.there])
        _ = run(&agent, &lite, until: .seconds(20))
        let asked = Self.start + .seconds(20)
        agent.checkNow(at: asked)
        // Of four seconds: the first three are lost, and behind the one that is answered comes one more.
        #expect(run(&agent, &lite, from: asked, until: .milliseconds(3900)) { $0 < 4 } == 4)
        #expect(run(&agent, &lite, from: asked + .seconds(4), until: .seconds(4)) <= 2)
    }

    @Test func `fails when nobody answers for half a minute`() {
        var (agent, lite) = pair([Self.nowhere])
        _ = run(&agent, &lite, until: .seconds(60))
        #expect(agent.state == .failed)
        var (alone, other) = pair([])
        _ = run(&alone, &other, until: .seconds(60))
        #expect(alone.state == .failed)
    }

    @Test func `answers a full agent's checks, tries where they come from, and does not yield`()
        throws
    {
        var (agent, _) = pair([])
        func request(_ role: STUNMessage.Role) -> [UInt8] {
            var request = STUNMessage(.request, transactionID: .init(high: 1, low: 2))
            request.username = "clnt:serv"
            request.role = role
            request.priority = 1
            return request.serialized(password: Self.client.password)
        }
        agent.receive(request(.controlling(1)).span.bytes, from: Self.there, at: Self.start)
        let firstSent = agent.nextDatagram()
        let first = try #require(firstSent)
        #expect(try STUNMessage(parsing: first.bytes.span.bytes).errorCode == 487)
        agent.receive(request(.controlled(1)).span.bytes, from: Self.there, at: Self.start)
        let secondSent = agent.nextDatagram()
        let second = try #require(secondSent)
        let answer = try STUNMessage(parsing: second.bytes.span.bytes)
        #expect(answer.messageClass == .success && answer.mappedAddress == Self.there)
        agent.advance(to: Self.start)
        let triggeredSent = agent.nextDatagram()
        let triggered = try #require(triggeredSent)
        #expect(triggered.destination == Self.there)
        let check = try STUNMessage(parsing: triggered.bytes.span.bytes)
        #expect(check.messageClass == .request && check.username == "serv:clnt")
        // Who does not know the password gets no answer.
        var forged = STUNMessage(.request, transactionID: .init(high: 1, low: 3))
        forged.username = "clnt:serv"
        agent.receive(
            forged.serialized(password: "a guess").span.bytes, from: Self.nowhere, at: Self.start)
        let nothing = agent.nextDatagram()
        #expect(nothing == nil)
    }
}
