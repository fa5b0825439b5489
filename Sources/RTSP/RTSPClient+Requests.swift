import Ciphers
public import Timing
import Wire

extension RTSPClient {
    mutating func send(
        _ purpose: Exchange.Purpose, _ request: RTSPRequest, refusalCount: Int = 0, at now: Instant
    ) {
        write(request)
        exchanges.append(
            Exchange(
                purpose: purpose, request: request, sequence: lastSequence,
                deadline: now + configuration.responseTimeout, refusalCount: refusalCount))
    }

    /// Adds what every request carries, and puts it out.
    mutating func write(_ request: RTSPRequest) {
        lastSequence += 1
        var complete = RTSPRequest(request.method, uri: request.uri)
        complete.body = request.body
        complete.headers.append("CSeq", String(lastSequence))
        complete.headers.append("User-Agent", configuration.userAgent)
        if let session { complete.headers.append("Session", session.id) }
        if let proof = authentication.header(method: request.method, uri: request.uri) {
            complete.headers.append("Authorization", proof)
        }
        for field in request.headers.fields { complete.headers.append(field.name, field.value) }
        output += complete.bytes
    }

    mutating func describe(at now: Instant) {
        var request = RTSPRequest(.describe, uri: url.text)
        request.headers.append("Accept", "application/sdp")
        send(.describe, request, at: now)
    }

    /// Sets up the next stream, or plays when all are.
    mutating func continueSetup(at now: Instant) {
        guard let step = plan.steps.first else { return play(at: now) }
        guard let controlURL = step.urls.first else {
            plan.steps.removeFirst()
            return continueSetup(at: now)
        }
        let (rtp, rtcp) = freeChannels()
        var request = RTSPRequest(.setup, uri: controlURL)
        let transport = TransportHeader(interleaved: .init(rtp: rtp, rtcp: rtcp))
        request.headers.append("Transport", transport.description)
        send(.setup, request, at: now)
    }

    /// The lowest pair of channels that no track uses.
    func freeChannels() -> (rtp: UInt8, rtcp: UInt8) {
        for rtp in stride(from: UInt8(0), to: 254, by: 2)
        where channels.isFree(rtp) && channels.isFree(rtp + 1) {
            return (rtp, rtp + 1)
        }
        return (254, 255)
    }

    mutating func play(at now: Instant) {
        guard let attempt = plan.playAttempts.first else { return fail(.notFound) }
        var request = RTSPRequest(.play, uri: attempt.url)
        if attempt.hasRange {
            request.headers.append("Range", PlayRange.fromStart.description)
        }
        send(.play, request, at: now)
    }

    /// Answers what a server asks of a client.
    mutating func answer(_ request: RTSPRequest) {
        var response = RTSPResponse(200)
        if let sequence = request.headers["CSeq"] { response.headers.append("CSeq", sequence) }
        if let session { response.headers.append("Session", session.id) }
        switch request.method {
        case .options: response.headers.append("Public", Self.answeredMethods)
        case .getParameter, .setParameter, .announce, .redirect, .teardown: break
        case _: response.status = 501
        }
        if response.status == 501 { response.reason = "Not Implemented" }
        // A camera that asks faster than it reads has no right to an answer.
        if output.count < Self.outputLimit { output += response.bytes }
        guard response.isSuccess else { return }
        if request.method == .teardown { fail(.closedByServer) }
        guard request.method == .redirect else { return }
        switch state {
        case .opening, .playing: redirect(to: request.headers["Location"])
        case .idle, .redirecting, .closing, .ended: return
        }
    }

    private static let answeredMethods =
        "OPTIONS, ANNOUNCE, GET_PARAMETER, SET_PARAMETER, REDIRECT, TEARDOWN"
}

// MARK: Time

extension RTSPClient {
    /// When `advance` wants to be called next; `nil` when nothing is pending.
    public var nextDeadline: Instant? {
        switch state {
        case .idle, .redirecting, .ended: return nil
        case .closing(let limit): return limit
        case .opening: return firstAnswerLimit
        case .playing:
            let mediaLimit = lastPacketTime.map { $0 + configuration.mediaTimeout }
            return Self.earlier(
                Self.earlier(firstAnswerLimit, mediaLimit), Self.earlier(keepAliveTime, reportTime))
        }
    }

    private var firstAnswerLimit: Instant? {
        var first: Instant?
        for exchange in exchanges { first = Self.earlier(first, exchange.deadline) }
        return first
    }

    private static func earlier(_ left: Instant?, _ right: Instant?) -> Instant? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }

    /// Does all that is due at `now`.
    public mutating func advance(to now: Instant) {
        if case .closing(let limit) = state {
            if limit <= now { finish(nil) }
            return
        }
        for late in exchanges where late.deadline <= now { expire(late, at: now) }
        guard case .playing = state else { return }
        if let lastPacketTime, lastPacketTime + configuration.mediaTimeout <= now {
            let waited = configuration.mediaTimeout.nanoseconds / 1_000_000
            return fail(.noMedia(milliseconds: waited))
        }
        if let reportTime, reportTime <= now { sendReports(at: now) }
        if let keepAliveTime, keepAliveTime <= now { keepAlive(at: now) }
    }

    /// Media comes, or is sure to: from now on its absence is noticed, and signs of life are due.
    mutating func beginPlaying(at now: Instant) {
        state = .playing
        lastPacketTime = now
        keepAliveMethod = publicMethods.contains(.getParameter) ? .getParameter : .options
        keepAliveTime = now + keepAliveInterval
        reportTime = configuration.reportInterval.map { now + $0 }
        events.append(.playing(tracks))
    }

    private var keepAliveInterval: Interval {
        (session ?? SessionHeader(id: "")).keepAliveInterval
    }

    private mutating func expire(_ late: Exchange, at now: Instant) {
        exchanges.removeAll { $0.sequence == late.sequence }
        switch late.purpose {
        case .keepAlive, .teardown: return  // some cameras never answer these
        case .play where lastPacketTime != nil: beginPlaying(at: now)
        case .options, .describe, .setup, .play: fail(.timedOut(method: late.request.method))
        }
    }

    private mutating func keepAlive(at now: Instant) {
        keepAliveTime = now + keepAliveInterval
        guard output.count < Self.outputLimit else { return }
        send(.keepAlive, RTSPRequest(keepAliveMethod, uri: plan.aggregateURL), at: now)
    }

    private mutating func sendReports(at now: Instant) {
        reportTime = configuration.reportInterval.map { now + $0 }
        guard output.count < Self.outputLimit else { return }
        let report = report  // lent while self changes
        for track in tracks {
            InterleavedFrame.append(report.span.bytes, channel: track.rtcpChannel, to: &output)
        }
    }
}

/// A receiver report without blocks, and the name that has to follow it (RFC 3550 §6.1): over TCP
/// there is no loss to report, only that somebody listens.
func emptyReport(seed: [UInt8]) -> [UInt8] {
    var random = SeededRandom(seed: seed + Array("report".utf8))
    let ssrc = UInt32(truncatingIfNeeded: random.next())
    var writer = ByteWriter(capacity: 36)
    writer.write(UInt16(0x80C9))  // version 2, no block, RR
    writer.write(UInt16(1))
    writer.write(ssrc)
    writer.write(UInt16(0x81CA))  // version 2, one source, SDES
    writer.write(UInt16(6))
    writer.write(ssrc)
    writer.write(UInt16(0x0110))  // CNAME of 16 octets
    writer.write(random.iceText(count: 16))
    writer.write(UInt16(0))  // the end of the items
    return writer.bytes
}
