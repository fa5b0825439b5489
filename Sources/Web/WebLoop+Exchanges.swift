import CWeb

extension WebLoop {
    /// A request is whole: its task starts. Unstructured, because it lives as long as the
    /// exchange, which `ended` closes by cancelling it.
    func started(_ id: web_exchange, _ lent: web_request) {
        switch HTTPRequest.read(lent) {
        case .success(let request):
            let (respond, mailbox) = (respond, mailbox)
            let task = Task { mailbox.post(.answer(id, await respond(request))) }
            exchanges[id] = WebExchange(
                task: task,
                isHead: request.method == .head,
                isVersion10: lent.isVersion10,
                closes: lent.closes
            )
        case .failure(let refusal):
            exchanges[id] = WebExchange(
                task: nil,
                isHead: lent.method == Int32(WEB_HEAD),
                isVersion10: lent.isVersion10,
                closes: lent.closes
            )
            answer(id, refusal.response)
        }
    }

    func woken() {
        for message in mailbox.drain() {
            switch message {
            case .answer(let id, let response): answer(id, response)
            case .eventsReady(let id): if exchanges[id]?.isIdle == true { sendEvents(id) }
            case .piece(let id, let piece): take(piece, of: id)
            case .stop: isStopping = true
            }
        }
    }

    func drained(_ id: web_exchange) {
        exchanges[id]?.isIdle = true
        sendEvents(id)
        askForPiece(id)
    }

    /// Answered or abandoned: nothing of it stays.
    func ended(_ id: web_exchange) { exchanges.removeValue(forKey: id)?.cancel() }

    /// Twice a second.
    func ticked() {
        let limit = 2 * max(1, configuration.heartbeatSeconds)
        for (id, exchange) in exchanges where exchange.events != nil && exchange.isIdle {
            exchanges[id]?.silentTicks += 1
            if exchange.silentTicks + 1 >= limit {
                sendStreamed(id, Array(ServerSentEvent.heartbeat.utf8), isLast: false)
            }
        }
    }

    private func answer(_ id: web_exchange, _ response: HTTPResponse) {
        guard let exchange = exchanges[id] else { return }
        let isBodyless = response.status == 204 || response.status == 304
        switch response.body {
        case .empty: answer(id, response, bytes: [])
        case .bytes(let bytes): answer(id, response, bytes: isBodyless ? [] : bytes)
        case .events where isBodyless || exchange.isHead: answer(id, response, bytes: [])
        case .events(let stream): answer(id, response, stream: stream)
        case .pieces(let pieces) where isBodyless || exchange.isHead:
            answer(id, response, announcing: pieces)
        case .pieces(let pieces): answer(id, response, pieces: pieces)
        }
    }

    private func answer(_ id: web_exchange, _ response: HTTPResponse, bytes: [UInt8]) {
        guard let exchange = exchanges[id] else { return }
        var framing = ResponseHead.Framing.length(bytes.count)
        if response.status == 204 || response.status == 304 { framing = .none }
        if case .events = response.body { framing = .none }
        let head = ResponseHead(
            status: response.status,
            headers: response.headers,
            framing: framing,
            closes: exchange.closes
        )
        send(id, head.bytes + (exchange.isHead ? [] : bytes), isLast: true)
    }

    private func answer(
        _ id: web_exchange,
        _ response: HTTPResponse,
        stream: AsyncStream<ServerSentEvent>
    ) {
        guard let exchange = exchanges[id] else { return }
        let head = ResponseHead(
            status: response.status,
            headers: response.headers,
            framing: exchange.isVersion10 ? .close : .chunked,
            closes: exchange.closes
        )
        let queue = EventQueue(limit: configuration.maxQueuedEvents)
        exchanges[id]?.events = queue
        send(id, head.bytes, isLast: false)
        queue.start(stream) { [mailbox] in mailbox.post(.eventsReady(id)) }
    }

    private func sendEvents(_ id: web_exchange) {
        guard let queue = exchanges[id]?.events else { return }
        let (bytes, isLast) = queue.take(byteLimit: batchByteCount)
        if !bytes.isEmpty || isLast { sendStreamed(id, bytes, isLast: isLast) }
    }

    func sendStreamed(_ id: web_exchange, _ bytes: [UInt8], isLast: Bool) {
        guard let exchange = exchanges[id] else { return }
        exchanges[id]?.isIdle = false
        exchanges[id]?.silentTicks = 0
        guard !exchange.isVersion10 else { return send(id, bytes, isLast: isLast) }
        send(id, ResponseHead.chunk(bytes) + (isLast ? ResponseHead.lastChunk : []), isLast: isLast)
    }

    func send(_ id: web_exchange, _ bytes: [UInt8], isLast: Bool) {
        guard let server, let exchange = exchanges[id] else { return }
        let isSent = bytes.withUnsafeBufferPointer { buffer in
            web_send(server, id, buffer.baseAddress, buffer.count, isLast, exchange.closes)
        }
        if !isSent { ended(id) }
    }
}

/// Events handed to the kernel at once: large enough for a burst, small beside a socket's buffer.
private let batchByteCount = 16 * 1024
