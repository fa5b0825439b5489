import RTSP
import SDP
import Timing
import Wire

/// Operations on a client: answers with the right number and any content, raw octets, time, the
/// end of the connection. It never traps, its deadline always lies ahead, and its end is final.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRTSPClient(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = ByteReader(UnsafeRawBufferPointer(start: start, count: count).bytes)
    guard let url = try? RTSPURL(parsing: "rtsp://user:password@camera/live") else { return 0 }
    var client = RTSPClient(RTSPClientConfiguration(url: url, seed: [1]))
    var now = Instant(nanoseconds: 0)
    var sequence = 0
    client.start(at: now)
    while let operation = try? input.readUInt8() {
        guard perform(operation, &input, on: &client, &sequence, at: &now) else { break }
        client.advance(to: now)
        if let deadline = client.nextDeadline { precondition(deadline > now, "it would spin") }
        while let output = client.nextOutput() { sequence += requests(in: output) }
        let isEnded = client.isEnded
        var hasEnded = false
        while let event = client.nextEvent() {
            precondition(!hasEnded, "something happened after the end")
            if case .packet(let packet) = event {
                precondition(client.bytes(of: packet).byteCount == packet.frame.byteCount)
            }
            if case .ended = event { hasEnded = true }
        }
        if isEnded { precondition(client.nextDeadline == nil) }
    }
    return 0
}

private func perform(
    _ operation: UInt8, _ input: inout ByteReader, on client: inout RTSPClient,
    _ sequence: inout Int, at now: inout Instant
) -> Bool {
    switch operation & 7 {
    case 0, 1, 2:
        guard let length = try? input.readUInt8(), let lines = try? input.read(Int(length)),
            let status = try? input.readUInt8()
        else { return false }
        let codes = [200, 200, 200, 401, 404, 302, 454, 461, 500, 100]
        var text = Array("RTSP/1.0 \(codes[Int(status) % codes.count]) X\r\n".utf8)
        text += Array("CSeq: \(sequence)\r\n".utf8)
        lines.withUnsafeBytes { text += $0 }
        let body = operation & 0x80 == 0 ? "" : description
        text += Array("\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        client.receive(text.span.bytes, at: now)
    case 3, 4:
        guard let length = try? input.readUInt8(), let bytes = try? input.read(Int(length)) else {
            return false
        }
        client.receive(bytes, at: now)
    case 5:
        guard let milliseconds = try? input.readUInt16() else { return false }
        now = now + .milliseconds(Int64(milliseconds))
    case 6: client.start(at: now)
    case _:
        if operation & 0x80 == 0 {
            client.close(at: now)
        } else {
            client.connectionClosed(at: now)
        }
    }
    return true
}

private func requests(in output: [UInt8]) -> Int {
    var stream = RTSPStream()
    stream.receive(output.span.bytes)
    var count = 0
    do {
        while let item = try stream.next() {
            if case .request = item { count += 1 }
        }
    } catch { preconditionFailure("what the client sends cannot be read") }
    return count
}

private let description = """
    v=0
    m=video 0 RTP/AVP 96
    a=rtpmap:96 H264/90000
    a=control:trackID=0
    m=audio 0 RTP/AVP 0
    a=control:rtsp://other/trackID=1
    """
