import RTSP
import Wire

/// Cuts the input as a stream, whole and in pieces: both give the same items, every message reads
/// back as it is printed, and every frame lies within what was read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRTSPStream(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    let whole = items(octets, cut: count)
    precondition(whole == items(octets, cut: Int(octets[0]) % 7 + 1), "a cut made a difference")
    for item in whole {
        switch item {
        case .request(let request): check(request)
        case .response(let response): check(response)
        case .frame, .skipped, nil: continue
        }
    }
    let text = String(decoding: octets, as: UTF8.self)
    if let url = try? RTSPURL(parsing: text) {
        guard let again = try? RTSPURL(parsing: url.text), again.text == url.text else {
            preconditionFailure("a URL changed")
        }
    }
    for transport in TransportHeader.list(parsing: text) {
        precondition(TransportHeader(parsing: transport.description) != nil)
    }
    _ = (StreamStart.list(parsing: text), PlayRange(parsing: text), SessionHeader(parsing: text))
    _ = AuthenticationChallenge.list(parsing: [text])
    return 0
}

/// What the stream gives, with `nil` for an error at its end.
private func items(_ octets: [UInt8], cut: Int) -> [RTSPStream.Item?] {
    var items: [RTSPStream.Item?] = []
    var stream = RTSPStream()
    stream.expectedChannels[0] = true
    stream.expectedChannels[1] = true
    for start in stride(from: 0, to: octets.count, by: cut) {
        stream.receive(octets[start..<min(start + cut, octets.count)].span.bytes)
        do {
            while let item = try stream.next() {
                if case .frame(let frame) = item {
                    precondition(stream.bytes(of: frame).byteCount == frame.byteCount)
                }
                items.append(item)
            }
        } catch {
            items.append(nil)
            return items
        }
    }
    return items
}

private func check(_ request: RTSPRequest) {
    guard let again = try? RTSPRequest(parsing: request.bytes.span.bytes) else { return }
    precondition(again.method == request.method && again.body == request.body)
}

private func check(_ response: RTSPResponse) {
    guard let again = try? RTSPResponse(parsing: response.bytes.span.bytes) else { return }
    precondition(again.status == response.status && again.body == response.body)
}
