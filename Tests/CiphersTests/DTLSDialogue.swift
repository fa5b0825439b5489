import CTestClock
import Timing

@testable import Ciphers

/// Two sessions of ours and the datagrams between them.
struct DTLSDialogue: ~Copyable {
    var client: DTLSSession
    var server: DTLSSession
    var now = Instant(nanoseconds: 0)

    init(
        clientProfiles: [SRTPProfile] = SRTPProfile.allCases,
        serverProfiles: [SRTPProfile] = SRTPProfile.allCases,
        serverCertificate: Certificate? = nil,
        clientExpects: [Fingerprint]? = nil,
        serverExpects: [Fingerprint]? = nil
    ) throws {
        let clientContext = try DTLSContext(certificate: Certificate(), profiles: clientProfiles)
        let serverContext = try DTLSContext(
            certificate: serverCertificate ?? Certificate(),
            profiles: serverProfiles
        )
        let client = try DTLSSession(
            role: .client,
            context: clientContext,
            remoteFingerprints: clientExpects ?? [serverContext.certificate.fingerprint]
        )
        let server = try DTLSSession(
            role: .server,
            context: serverContext,
            remoteFingerprints: serverExpects ?? [clientContext.certificate.fingerprint]
        )
        self.client = client
        self.server = server
    }

    /// All that the client has to send.
    mutating func clientFlight() -> [[UInt8]] {
        var flight: [[UInt8]] = []
        while let datagram = client.nextDatagram() { flight.append(datagram) }
        return flight
    }

    /// All that the server has to send.
    mutating func serverFlight() -> [[UInt8]] {
        var flight: [[UInt8]] = []
        while let datagram = server.nextDatagram() { flight.append(datagram) }
        return flight
    }

    mutating func deliver(toServer flight: [[UInt8]]) {
        for datagram in flight { server.receive(datagram.span.bytes, at: now) }
    }

    mutating func deliver(toClient flight: [[UInt8]]) {
        for datagram in flight { client.receive(datagram.span.bytes, at: now) }
    }

    /// Lets time pass, for the sessions and for OpenSSL alike.
    mutating func wait(_ interval: Interval) {
        test_clock_advance(interval.nanoseconds)
        now = now + interval
        client.advance(to: now)
        server.advance(to: now)
    }

    /// Carries everything both ways until both are silent.
    mutating func run() {
        while true {
            let (up, down) = (clientFlight(), serverFlight())
            if up.isEmpty && down.isEmpty { return }
            deliver(toServer: up)
            deliver(toClient: down)
        }
    }
}

extension DTLSState {
    var keys: SRTPKeyingMaterial? {
        switch self {
        case .connected(let keys): keys
        case .handshaking, .failed, .closed: nil
        }
    }
}
