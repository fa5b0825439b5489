import Muxer
import Reactor
import Recording
import Timing
import Web

// Recordings of rooms begun and ended, and recordings deleted.

extension CatalogEndpoints {
    func start(_ request: HTTPRequest) async throws(WorkQueue.Busy) -> HTTPResponse {
        let body: RoomStartBody
        do { body = try request.json() } catch { return .problem(400, error.description) }
        if let refusal = refusal(of: body) { return refusal }
        // A camera of the list is one before any room of a server is: as at `/api/recording/start`.
        let known = body.isOfNameAlone ? await recordings.known(body.room_id) : nil
        guard
            let source = body.wishes.source ?? known?.source
                ?? place(of: body.room_id, from: body.from)
        else {
            return placeless(body.room_id)
        }
        guard let wait = StartWait(body.wishes.wait_seconds) else { return StartWait.refusal }
        var said = RecordingTitle(body)
        if known != nil { said.room_id = nil }
        if let refusal = said.refusal { return refusal }
        guard body.wishes.source.map(Recordings.isRemote) ?? true else {
            return .local(body.room_id)
        }
        let now = DateTime(nanoseconds: ClockMap.now().unixNanoseconds(at: .now()))
        let id =
            known?.name
            ?? Self.nameable(body.room_id) + "-" + now.text.filter(\.isNumber).prefix(14)
        var former = try await titles.former(of: id)
        let name: String
        do throws(RecordingError) {
            name = try await start(id, known, source: source, body)
        } catch { return .refusal(error, of: body.room_id) }
        if name != id { former = nil }
        switch await recordings.outcome(
            ofStart: name, saying: said, after: former, within: wait, titles)
        {
        case .refused(let response): return response
        case .taken(let status):
            return .json(
                status.hasBegun ? 201 : 202, RoomStartedBody(status, now, body, from: source))
        }
    }

    /// What is wrong with whom it names, or how; `nil` where nothing is.
    private func refusal(of body: RoomStartBody) -> HTTPResponse? {
        guard body.isOfRoom else {
            return .problem(
                400,
                "room_id \"\(body.room_id)\": a room's name is not empty, has no control characters, and"
                    + " neither . nor .. between its slashes")
        }
        guard !recordings.hasRooms || body.wishes.source == nil && body.wishes.bearer == nil else {
            return .problem(
                400, "This server records its own rooms alone: leave source and bearer out")
        }
        guard body.isOfPeer else {
            return .problem(
                400, "from: a peer's name has 1 to 128 octets and no control characters")
        }
        guard body.from == nil || body.wishes.source == nil else {
            return .problem(400, "from says whom of a room: leave it out where there is a source")
        }
        return body.wishes.hasUsableToken ? nil : .malformedToken
    }

    /// Begins what is known by its name under that; anything else under it, or under the first with a number
    /// behind it that is free: rooms whose names differ in what no file's can hold may be begun within one
    /// second.
    private func start(
        _ id: String, _ known: RecordingRequest?, source: String, _ body: RoomStartBody
    ) async throws(RecordingError) -> String {
        if let known {
            try await recordings.start(known.saying(body.wishes, format: body.format))
            return id
        }
        var request = RecordingRequest(id, source: source)
            .saying(body.wishes, format: body.format)
        request.room = body.room_id
        if recordings.hasRooms { request.peer = body.from }
        for number in 1..<Self.sameSecond {
            request.name = number == 1 ? id : "\(id)-\(number)"
            do throws(RecordingError) {
                try await recordings.start(request)
                return request.name
            } catch .alreadyActive { continue }
        }
        throw .alreadyActive
    }

    /// Recordings of one name in one second, and one more.
    private static let sameSecond = 33

    /// Where a room is watched, or the room itself where it is of this process.
    private func place(of room: String, from peer: String?) -> String? {
        guard !recordings.hasRooms else { return "room:" + room }
        guard Self.nameable(room) == room, let rooms else { return nil }
        let query = peer.map { "?from=" + $0.inQuery } ?? ""
        return rooms + (rooms.hasSuffix("/") ? "" : "/") + "rooms/\(room)/whep" + query
    }

    private func placeless(_ room: String) -> HTTPResponse {
        .problem(
            400,
            rooms == nil
                ? "Give source, a URL, or start the recorder with --rooms"
                : "\(room) is no room's name: give its URL as source")
    }

    /// A room's name as far as it can be part of a file's.
    static func nameable(_ room: String) -> String {
        let kept = room.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return kept.isEmpty ? "recording" : String(kept.prefix(60))
    }

    func stop(_ id: String) async throws(WorkQueue.Busy) -> HTTPResponse {
        let status: Recordings.Status
        do throws(RecordingError) { status = try await recordings.stop(id) } catch {
            return .refusal(error, of: id)
        }
        let now = DateTime(nanoseconds: ClockMap.now().unixNanoseconds(at: .now()))
        return .json(
            200, RoomStoppedBody(status, now, files: try await catalog.summaries(of: id)))
    }

    /// For good, and at once: who deletes here wants room on the disk, or that nobody sees it any more.
    func delete(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        switch request[query: "permanent"] {
        case nil, "true": break
        case "false":
            return .problem(
                501,
                "\(id) is not deleted: nothing can be brought back here. Without permanent=false it is"
                    + " deleted for good")
        default: return .problem(400, "\(id) is not deleted: permanent must be true or false")
        }
        if await recordings.isActive(id) {
            return .problem(409, "\(id) is still recording: stop it first")
        }
        let entries = try await catalog.entries(of: id)
        if entries.isEmpty {
            // What never came to a file is known until it is deleted.
            let isKnown = await recordings.known(id) != nil
            guard await recordings.status(id) != nil || isKnown else { return .missing(id) }
            try await titles.forget(id)
            await recordings.forget(id)
            return HTTPResponse(status: 204)
        }
        guard !entries.contains(where: \.isGrowing) else {
            return .problem(409, "\(id) is still being written: stop it first, or wait for its end")
        }
        // Before the files: who is told to come again finds something to delete.
        try await titles.forget(id)
        var left = entries.count
        for entry in entries where try await catalog.remove(entry.file) { left -= 1 }
        guard left == 0 else {
            return .problem(500, "\(id): \(left) of its files could not be deleted")
        }
        await recordings.forget(id)
        return HTTPResponse(status: 204)
    }
}

extension String {
    /// As the value of a query's field (RFC 3986 §3.4): what is not unreserved is written by its octets.
    fileprivate var inQuery: String {
        utf8.reduce(into: "") { text, octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                text.unicodeScalars.append(UnicodeScalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0" + digits : "%" + digits
            }
        }
    }
}
