import CWeb

// Bodies in pieces: one is made while none waits, so that a caller who reads slowly costs one piece.

extension WebLoop {
    func answer(_ id: web_exchange, _ response: HTTPResponse, announcing pieces: HTTPPieces) {
        let isBodyless = response.status == 204 || response.status == 304
        let framing = pieces.byteCount.map { ResponseHead.Framing.length($0) } ?? .none
        send(id, head(id, response, isBodyless ? .none : framing), isLast: true)
    }

    func answer(_ id: web_exchange, _ response: HTTPResponse, pieces: HTTPPieces) {
        guard let exchange = exchanges[id] else { return }
        let framing: ResponseHead.Framing =
            if let count = pieces.byteCount { .length(count) } else {
                exchange.isVersion10 ? .close : .chunked
            }
        exchanges[id]?.pieces = PieceFeed(pieces: pieces, remaining: pieces.byteCount)
        // The first piece is asked for once the head has gone out.
        send(id, head(id, response, framing), isLast: pieces.byteCount == 0)
    }

    private func head(
        _ id: web_exchange, _ response: HTTPResponse, _ framing: ResponseHead.Framing
    ) -> [UInt8] {
        ResponseHead(
            status: response.status, headers: response.headers, framing: framing,
            closes: exchanges[id]?.closes ?? true
        ).bytes
    }

    func askForPiece(_ id: web_exchange) {
        guard let feed = exchanges[id]?.pieces, feed.task == nil else { return }
        let (next, mailbox) = (feed.pieces.next, mailbox)
        exchanges[id]?.pieces?.task = Task {
            let piece: Result<[UInt8]?, PieceFailure>
            do { piece = .success(try await next()) } catch { piece = .failure(PieceFailure()) }
            mailbox.post(.piece(id, piece))
        }
    }

    func take(_ piece: Result<[UInt8]?, PieceFailure>, of id: web_exchange) {
        guard let exchange = exchanges[id], let feed = exchange.pieces else { return }
        exchanges[id]?.pieces?.task = nil
        guard case .success(let made) = piece else { return abandon(id) }
        let bytes = made ?? []
        guard let remaining = feed.remaining else {
            return sendStreamed(id, bytes, isLast: bytes.isEmpty)
        }
        guard !bytes.isEmpty, bytes.count <= remaining else { return abandon(id) }
        exchanges[id]?.pieces?.remaining = remaining - bytes.count
        exchanges[id]?.isIdle = false
        send(id, bytes, isLast: bytes.count == remaining)
    }

    /// What was promised cannot be kept: the connection ends short of it.
    private func abandon(_ id: web_exchange) {
        exchanges[id]?.pieces = nil
        guard let server else { return }
        if !web_send(server, id, nil, 0, true, true) { ended(id) }
    }
}
