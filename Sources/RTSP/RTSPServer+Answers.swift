import SDP
import Timing

extension RTSPServer {
    mutating func answer(_ request: RTSPRequest, at now: Instant) {
        guard output.count < Self.waitingLimit else {
            return finish(.tooLarge(part: "heap of answers", limit: Self.waitingLimit))
        }
        guard authentication.accepts(request, at: now) else {
            var refusal = RTSPResponse(401)
            for challenge in authentication.challenges(at: now) {
                refusal.headers.append("WWW-Authenticate", challenge)
            }
            return write(refusal, to: request)
        }
        if let option = request.headers["Require"] {
            var refusal = RTSPResponse(551)
            refusal.headers.append("Unsupported", option)
            return write(refusal, to: request)
        }
        let named = request.headers["Session"].flatMap { SessionHeader(parsing: $0) }
        if let named, named.id != session?.id { return write(RTSPResponse(454), to: request) }
        switch request.method {
        case .options, .getParameter, .setParameter: write(RTSPResponse(200), to: request)
        case .describe: describe(request)
        case .setup: setUp(request, at: now)
        case .play: play(request)
        case .pause:
            if state == .playing { events.append(.paused) }
            state = .open
            write(RTSPResponse(200), to: request)
        case .teardown:
            write(RTSPResponse(200), to: request)
            finish(nil)
        case .announce, .record, .redirect: write(RTSPResponse(405), to: request)
        case _: write(RTSPResponse(501), to: request)
        }
    }

    private mutating func describe(_ request: RTSPRequest) {
        guard let mount = mount(at: request.uri)?.mount else {
            return write(RTSPResponse(404), to: request)
        }
        var description = mount.description
        description.attributes.removeAll { $0.name == "control" }
        description.append("control", "*")
        for index in description.media.indices {
            description.media[index].port = 0
            description.media[index].transportProtocol = "RTP/AVP"
            description.media[index].attributes.removeAll { $0.name == "control" }
            description.media[index].append("control", Self.trackPrefix + String(index))
        }
        var response = RTSPResponse(200)
        response.headers.append("Content-Type", "application/sdp")
        let isFolder = request.uri.hasSuffix("/")
        response.headers.append("Content-Base", request.uri + (isFolder ? "" : "/"))
        response.body = Array(description.description.utf8)
        write(response, to: request)
    }

    private mutating func setUp(_ request: RTSPRequest, at now: Instant) {
        guard let (wanted, section) = mount(at: request.uri), let section,
            mount == nil || mount == wanted
        else { return write(RTSPResponse(mount == nil ? 404 : 459), to: request) }
        guard state == .open, !tracks.contains(where: { $0.section == section }) else {
            return write(RTSPResponse(455), to: request)
        }
        let offers = TransportHeader.list(parsing: request.headers["Transport"] ?? "")
        guard let offer = offers.first(where: { $0.isTCP && !$0.isMulticast }) else {
            return write(RTSPResponse(461), to: request)
        }
        let first = UInt8(truncatingIfNeeded: tracks.count * 2)
        let rtp = offer.interleaved?.rtp ?? first
        let rtcp = offer.interleaved?.rtcp ?? (rtp == 255 ? 254 : rtp + 1)
        guard rtp != rtcp, channels.isFree(rtp), channels.isFree(rtcp) else {
            return write(RTSPResponse(461), to: request)
        }
        channels.assign(track: tracks.count, rtp: rtp, rtcp: rtcp)
        stream.expectedChannels = channels.used
        tracks.append(Track(section: section, rtp: rtp, rtcp: rtcp, url: request.uri))
        mount = wanted
        if session == nil {
            session = SessionHeader(
                id: random.identifier(), timeout: configuration.sessionTimeout)
            lastSign = now
        }
        var response = RTSPResponse(200)
        let answered = TransportHeader(interleaved: .init(rtp: rtp, rtcp: rtcp))
        response.headers.append("Transport", answered.description)
        write(response, to: request)
    }

    private mutating func play(_ request: RTSPRequest) {
        guard let mount, request.headers["Session"] != nil else {
            return write(RTSPResponse(session == nil ? 455 : 454), to: request)
        }
        var response = RTSPResponse(200)
        response.headers.append("Range", "npt=now-")
        let lines = tracks.map { track in
            var start = starts[track.section] ?? StreamStart(url: "")
            start.url = track.url
            return start.description
        }
        response.headers.append("RTP-Info", lines.joined(separator: ","))
        write(response, to: request)
        guard state == .open else { return }
        state = .playing
        events.append(.playing(path: mount.path, tracks: tracks.map(\.section)))
    }

    /// Adds what every answer carries, and puts it out.
    private mutating func write(_ answer: RTSPResponse, to request: RTSPRequest) {
        var response = RTSPResponse(answer.status, reason: answer.reason)
        response.body = answer.body
        if let sequence = request.headers["CSeq"] { response.headers.append("CSeq", sequence) }
        response.headers.append("Server", "Sluice")
        if answer.isSuccess {
            if request.method == .options { response.headers.append("Public", Self.methods) }
            if let session { response.headers.append("Session", session.description) }
        }
        for field in answer.headers.fields { response.headers.append(field.name, field.value) }
        output += response.bytes
    }

    /// The presentation under a URL, and the section when the URL names one.
    private func mount(at uri: String) -> (mount: RTSPMount, section: Int?)? {
        guard var path = (try? RTSPURL(parsing: uri))?.path else { return nil }
        while path.last == "/" { path.removeLast() }
        for mount in configuration.mounts {
            let sections = mount.description.media.indices
            if path == mount.path { return (mount, sections.count == 1 ? 0 : nil) }
            let prefix = mount.path + "/" + Self.trackPrefix
            guard path.hasPrefix(prefix), let section = Int(path.dropFirst(prefix.count)),
                sections.contains(section)
            else { continue }
            return (mount, section)
        }
        return nil
    }

    private static let trackPrefix = "trackID="
    private static let methods =
        "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER"
}
