import RTSP
import SDP
import Timing
import Wire

/// Any octets to a server, and time, and packets to send: it never traps, and its end is final.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRTSPServer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = ByteReader(UnsafeRawBufferPointer(start: start, count: count).bytes)
    var configuration = RTSPServerConfiguration(
        mounts: [RTSPMount(path: "/live", description: description)], seed: [1])
    let first = (try? input.readUInt8()) ?? 0
    if first & 1 == 1 {
        configuration.credentials = RTSPCredentials(user: "u", password: "p")
        configuration.proofs = [.basic, .digestMD5]
    }
    var server = RTSPServer(configuration)
    var now = Instant(nanoseconds: 0)
    while let length = try? input.readUInt8() {
        guard let bytes = try? input.read(min(Int(length), input.remaining)) else { break }
        let wasEnded = server.isEnded
        server.receive(bytes, at: now)
        _ = server.send(bytes, track: Int(length) & 3, isRTCP: length & 4 == 4)
        if length > 250 { now = now + .seconds(7) }
        server.advance(to: now)
        if let deadline = server.nextDeadline { precondition(deadline > now, "it would spin") }
        while let event = server.nextEvent() {
            precondition(!wasEnded, "something happened after the end")
            if case .packet(let packet) = event {
                precondition(server.bytes(of: packet).byteCount == packet.frame.byteCount)
            }
        }
        while server.nextOutput() != nil {}
    }
    return 0
}

private let description: SessionDescription = {
    var description = SessionDescription(sessionID: 1)
    for kind in ["video", "audio"] {
        description.media.append(
            MediaSection(kind: kind, port: 0, transportProtocol: "RTP/AVP", formats: ["96"]))
    }
    return description
}()
