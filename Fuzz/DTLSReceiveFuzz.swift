import Ciphers
import Timing

/// Drives a server and a client by operations read from the input: garbage, the peer's own
/// datagrams, damaged or cut ones, time, and the end. Nothing may trap, terminal states stay.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDTLSReceive(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    try? drive(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private let context = try? DTLSContext(certificate: Certificate())

private func drive(_ input: [UInt8]) throws(CipherError) {
    guard let context else { return }
    let fingerprints = [context.certificate.fingerprint]
    var client = try DTLSSession(
        role: .client,
        context: context,
        remoteFingerprints: fingerprints
    )
    var server = try DTLSSession(
        role: .server,
        context: context,
        remoteFingerprints: fingerprints
    )
    var now = Instant(nanoseconds: 0)
    client.start(at: now)
    var rest = input[...]
    while let operation = rest.popFirst() {
        now = now + .milliseconds(1)
        let argument = Int(rest.popFirst() ?? 0)
        if operation & 0x80 == 0 {
            step(&server, &client, operation, argument, &rest, now)
        } else {
            step(&client, &server, operation, argument, &rest, now)
        }
    }
}

private func step(
    _ session: inout DTLSSession,
    _ peer: inout DTLSSession,
    _ operation: UInt8,
    _ argument: Int,
    _ rest: inout ArraySlice<UInt8>,
    _ now: Instant
) {
    let before = session.state
    switch operation & 7 {
    case 0, 1, 2:  // what the peer sent
        guard let datagram = peer.nextDatagram() else { return }
        session.receive(datagram.span.bytes, at: now)
    case 3:  // damaged
        guard var datagram = peer.nextDatagram() else { return }
        datagram[argument % datagram.count] ^= operation | 1
        session.receive(datagram.span.bytes, at: now)
    case 4:  // cut
        guard let datagram = peer.nextDatagram() else { return }
        let cut = Array(datagram.prefix(argument))
        session.receive(cut.span.bytes, at: now)
    case 5:  // garbage
        let garbage = Array(rest.prefix(argument))
        rest = rest.dropFirst(argument)
        session.receive(garbage.span.bytes, at: now)
    case 6: session.advance(to: now + .seconds(Int64(argument)))
    default: if argument == 255 { session.close() } else { _ = session.nextDatagram() }
    }
    switch before {
    case .failed, .closed: precondition(session.state == before && session.nextDeadline == nil)
    case .handshaking, .connected: break
    }
}
