import SDP
import Timing

extension RTSPClient {
    /// Takes in an answer: by its number, or the oldest's that waits when it bears none.
    mutating func take(_ response: RTSPResponse, at now: Instant) {
        let sequence = response.headers.sequence
        guard response.status >= 200,
            let index = exchanges.firstIndex(where: {
                sequence == nil || $0.sequence == sequence
            })
        else { return }
        let exchange = exchanges.remove(at: index)
        if response.status == 401 { return prove(exchange, response, at: now) }
        switch exchange.purpose {
        case .options, .describe, .setup, .play:
            if (300...399).contains(response.status), response.status != 304 {
                return redirect(to: response.headers["Location"])
            }
        case .keepAlive, .teardown: break
        }
        switch exchange.purpose {
        case .options: takeOptions(response, at: now)
        case .describe: takeDescription(response, at: now)
        case .setup: takeSetup(response, of: exchange.request, at: now)
        case .play: takePlay(response, at: now)
        case .keepAlive: takeKeepAlive(response)
        case .teardown: if case .closing = state { finish(nil) }
        }
    }
}

// MARK: Each answer

extension RTSPClient {
    /// Goes on whatever is answered: some cameras refuse OPTIONS, and describe themselves well.
    private mutating func takeOptions(_ response: RTSPResponse, at now: Instant) {
        if response.isSuccess {
            publicMethods = response.headers.values("Public").flatMap {
                RTSPMethod.list(parsing: $0)
            }
        }
        describe(at: now)
    }

    private mutating func takeDescription(_ response: RTSPResponse, at now: Instant) {
        guard response.isSuccess else { return fail(refusal(of: .describe, response)) }
        let description: SessionDescription
        do { description = try cameraDescription(parsing: response.body) } catch {
            return fail(.invalidDescription(error))
        }
        events.append(.described(description))
        do {
            plan = SetupPlan(
                choices: try configuration.selection.choices(in: description),
                controls: description.media.map { $0["control"] },
                session: description["control"],
                urls: ControlURL(request: url, description: response))
        } catch { return fail(error) }
        continueSetup(at: now)
    }

    private mutating func takeSetup(
        _ response: RTSPResponse, of request: RTSPRequest, at now: Instant
    ) {
        guard var step = plan.steps.popFirst() else { return }
        guard response.isSuccess else {
            step.urls.removeFirst()
            let isElsewhere = response.status < 500 && response.status != 461
            if isElsewhere, !step.urls.isEmpty {
                plan.steps = [step] + plan.steps
            } else if configuration.selection.mustHave(step.choice.kind)
                || (tracks.isEmpty && plan.steps.isEmpty)
            {
                return fail(refusal(of: .setup, response))
            }
            return continueSetup(at: now)
        }
        // A server may change its session's name from stream to stream; the last one counts.
        if let header = response.headers["Session"].flatMap({ SessionHeader(parsing: $0) }) {
            session = header
        }
        addTrack(step.choice, at: request.uri, response)
        continueSetup(at: now)
    }

    /// Takes the channels that the server names. Where it names none, or another track's, those
    /// count that were asked for.
    private mutating func addTrack(
        _ choice: TrackSelection.Choice, at controlURL: String, _ response: RTSPResponse
    ) {
        let transport = response.headers["Transport"].flatMap {
            TransportHeader.list(parsing: $0).first
        }
        var (rtp, rtcp) = freeChannels()
        if let answered = transport?.interleaved, channels.isFree(answered.rtp) {
            rtp = answered.rtp
            rtcp = answered.rtcp ?? (rtp == 255 ? rtp : rtp + 1)
        }
        channels.assign(track: tracks.count, rtp: rtp, rtcp: rtcp)
        stream.expectedChannels = channels.used
        tracks.append(
            RTSPTrack(
                kind: choice.kind, format: choice.format, mediaIndex: choice.mediaIndex,
                controlURL: controlURL, rtpChannel: rtp, rtcpChannel: rtcp, ssrc: transport?.ssrc))
    }

    private mutating func takePlay(_ response: RTSPResponse, at now: Instant) {
        guard response.isSuccess else {
            plan.playAttempts.removeFirst()
            if response.status < 500, response.status != 454, !plan.playAttempts.isEmpty {
                return play(at: now)
            }
            return fail(refusal(of: .play, response))
        }
        if let header = response.headers["Session"].flatMap({ SessionHeader(parsing: $0) }),
            header.timeout != SessionHeader.defaultTimeout
        {
            session = header
        }
        let starts = StreamStart.list(parsing: response.headers["RTP-Info"] ?? "")
        for (index, start) in starts.enumerated() {
            let named = tracks.firstIndex { $0.controlURL.hasSuffix(start.url) }
            guard let track = named ?? (starts.count == tracks.count ? index : nil) else {
                continue
            }
            tracks[track].sequenceNumber = start.sequenceNumber
            tracks[track].timestamp = start.timestamp
        }
        beginPlaying(at: now)
    }

    /// Only a forgotten session is fatal: cameras refuse signs of life and still count them.
    private mutating func takeKeepAlive(_ response: RTSPResponse) {
        if response.status == 454 { return fail(.sessionLost) }
        if !response.isSuccess { keepAliveMethod = .options }
    }

    private func refusal(of method: RTSPMethod, _ response: RTSPResponse) -> RTSPError {
        switch (method, response.status) {
        case (.describe, 404): .notFound
        case (_, 454): .sessionLost
        case (_, let status):
            .refused(
                method: method, status: status, reason: String(response.reason.prefix(80)))
        }
    }
}
