import RTSP
import SDP
import Testing
import Timing

let origin = Instant(nanoseconds: 0)

func cameraURL(_ text: String = "rtsp://cam:secret@camera/live") throws -> RTSPURL {
    try RTSPURL(parsing: text)
}

let cameraText = """
    v=0
    o=- 1 1 IN IP4 192.0.2.9
    s=camera
    t=0 0
    m=video 0 RTP/AVP 96
    a=rtpmap:96 H264/90000
    a=fmtp:96 packetization-mode=1
    a=control:trackID=0
    m=audio 0 RTP/AVP 97
    a=rtpmap:97 MPEG4-GENERIC/48000/2
    a=fmtp:97 mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190
    a=control:trackID=1

    """

/// An RTP packet of no meaning, `count` octets long.
func packet(_ number: UInt8, count: Int = 40) -> [UInt8] {
    [0x80, 96, 0, number] + Array(repeating: number, count: count - 4)
}

/// A client and a server joined by two pipes that cut what goes through them.
struct Conversation: ~Copyable {
    var client: RTSPClient
    var server: RTSPServer
    var now = origin
    var cut: Int
    var clientEvents: [RTSPEvent] = []
    var serverEvents: [RTSPServerEvent] = []
    /// All that the server sent, when it is kept.
    var transcript: [UInt8] = []
    var keepsTranscript = false
    /// What came, track by track, RTP and RTCP.
    var packets: [[UInt8]] = []

    init(
        cut: Int = 1_000_000, url: String = "rtsp://cam:secret@camera/live",
        asks configure: (inout RTSPServerConfiguration) -> Void = { _ in }
    ) throws {
        let description = try SessionDescription(parsing: cameraText)
        let url = try cameraURL(url)
        let mount = RTSPMount(path: "/live", description: description)
        var configuration = RTSPServerConfiguration(mounts: [mount], seed: [1])
        configure(&configuration)
        server = RTSPServer(configuration)
        client = RTSPClient(RTSPClientConfiguration(url: url, seed: [2]))
        self.cut = cut
    }

    /// Hands over what waits, until nothing does.
    mutating func run() {
        var isMoving = true
        while isMoving {
            isMoving = false
            while let octets = client.nextOutput() {
                isMoving = true
                for piece in pieces(octets) {
                    server.receive(piece.span.bytes, at: now)
                    while let event = server.nextEvent() { take(event) }
                }
            }
            while let event = server.nextEvent() { take(event) }
            while let octets = server.nextOutput() {
                isMoving = true
                if keepsTranscript { transcript += octets }
                for piece in pieces(octets) {
                    client.receive(piece.span.bytes, at: now)
                    takeClientEvents()
                }
            }
            takeClientEvents()
        }
    }

    mutating func takeClientEvents() {
        while let event = client.nextEvent() { take(event) }
    }

    mutating func advance(to time: Instant) {
        now = time
        client.advance(to: now)
        server.advance(to: now)
        run()
    }

    private mutating func take(_ event: RTSPEvent) {
        clientEvents.append(event)
        guard case .packet(let packet) = event else { return }
        packets.append(client.bytes(of: packet).withUnsafeBytes { Array($0) })
    }

    private mutating func take(_ event: RTSPServerEvent) {
        serverEvents.append(event)
        guard case .packet(let packet) = event else { return }
        packets.append(server.bytes(of: packet).withUnsafeBytes { Array($0) })
    }

    private func pieces(_ octets: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: octets.count, by: cut).map {
            Array(octets[$0..<min($0 + cut, octets.count)])
        }
    }

    var playedTracks: [RTSPTrack]? {
        for case .playing(let tracks) in clientEvents { return tracks }
        return nil
    }

    var ending: RTSPError?? {
        for case .ended(let error) in clientEvents { return .some(error) }
        return .none
    }
}

/// A client whose camera is written out by the test, answer by answer.
struct Script: ~Copyable {
    var client: RTSPClient
    var now = origin
    var requests: [RTSPRequest] = []
    var events: [RTSPEvent] = []

    init(
        _ url: String = "rtsp://camera/live",
        _ configure: (inout RTSPClientConfiguration) -> Void = { _ in }
    ) throws {
        let url = try cameraURL(url)
        var configuration = RTSPClientConfiguration(url: url, seed: [3])
        configure(&configuration)
        client = RTSPClient(configuration)
        client.start(at: now)
        take()
    }

    /// The last request that was sent.
    var last: RTSPRequest { requests.last ?? RTSPRequest(.options, uri: "none") }

    /// Answers the last request, with its number.
    mutating func answer(_ status: Int = 200, _ lines: [String] = [], body: String = "") {
        var text = "RTSP/1.0 \(status) X\r\nCSeq: \(last.headers["CSeq"] ?? "")\r\n"
        for line in lines { text += line + "\r\n" }
        if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        receive(text + "\r\n" + body)
    }

    mutating func receive(_ text: String) { receive(Array(text.utf8)) }

    mutating func receive(_ octets: [UInt8]) {
        client.receive(octets.span.bytes, at: now)
        take()
    }

    mutating func advance(to time: Instant) {
        now = time
        client.advance(to: now)
        take()
    }

    mutating func take() {
        while let octets = client.nextOutput() {
            var stream = RTSPStream()
            stream.receive(octets.span.bytes)
            while let item = try? stream.next() {
                if case .request(let request) = item { requests.append(request) }
            }
        }
        while let event = client.nextEvent() { events.append(event) }
    }

    /// Answers as a plain camera does, up to and with SETUP of `count` tracks.
    mutating func setUp(_ count: Int = 2, body: String = cameraText, base: String? = nil) {
        answer(200, ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"])
        answer(200, base.map { ["Content-Base: \($0)"] } ?? [], body: body)
        for index in 0..<count {
            let channels = "\(index * 2)-\(index * 2 + 1)"
            answer(
                200, ["Session: 77;timeout=60", "Transport: RTP/AVP/TCP;interleaved=\(channels)"])
        }
    }

    var ending: RTSPError?? {
        for case .ended(let error) in events { return .some(error) }
        return .none
    }
}
