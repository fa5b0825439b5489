import Timing
import WebRTC
import Wire

/// Any bytes as a STUN message: what parses can be written and parses again to the same; a lite
/// agent neither traps on it nor lets it in.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSTUN(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
    var ice = ICELite(
        local: ICECredentials(ufrag: "serv", password: "nobody can guess this one"),
        remote: ICECredentials(ufrag: "peer", password: "nor this one, I suppose"))
    let source = Endpoint(ipv4: 0xC000_0201, port: 9)
    let outcome = ice.receive(bytes, from: source, at: Instant(nanoseconds: 0))
    precondition(!outcome.isAuthenticated, "a forged check was let in")
    precondition(ice.selected == nil && !ice.isValidated(source))

    guard let message = try? STUNMessage(parsing: bytes) else { return 0 }
    let written = message.serialized(password: "a password")
    guard let read = try? STUNMessage(parsing: written.span.bytes) else {
        preconditionFailure("what was written does not parse")
    }
    precondition(read.isAuthentic(written.span.bytes, password: "a password"))
    precondition(read.username == message.username && read.role == message.role)
    precondition(read.mappedAddress == message.mappedAddress)
    return 0
}
