import CFetch
import CSystem
import Synchronization

/// Carries HTTP requests out, each on a thread of its own: libcurl blocks.
public struct Fetcher: Sendable {
    /// How long a whole exchange may take.
    public var timeout: Duration
    /// Whether a server must prove its name by a certificate that the system trusts.
    public var verifiesCertificates: Bool

    /// A fetcher that gives a server ten seconds and trusts who the system trusts.
    public init(timeout: Duration = .seconds(10), verifiesCertificates: Bool = true) {
        (self.timeout, self.verifiesCertificates) = (timeout, verifiesCertificates)
    }

    /// Carries out one request. Redirections are answers like others. A task that is cancelled fails
    /// within a second.
    public func send(_ call: HTTPCall) async throws(FetchError) -> HTTPReply {
        let wish = Wish()
        let result: Result<HTTPReply, FetchError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = Job {
                    continuation.resume(
                        returning: Result { () throws(FetchError) in
                            try perform(call, while: wish)
                        })
                }
                job.start()
            }
        } onCancel: {
            wish.end()
        }
        return try result.get()
    }

    /// Carries out one request on this thread, which blocks.
    public func perform(_ call: HTTPCall) throws(FetchError) -> HTTPReply {
        try perform(call, while: Wish())
    }

    private func perform(
        _ call: HTTPCall, while wish: Wish
    ) throws(FetchError) -> HTTPReply {
        guard let host = HTTPCall.host(of: call.url) else { throw .malformedURL(call.url) }
        let place = HTTPCall.place(of: call.url) ?? host
        let answer = Answer(wish)
        var status = 0
        var reason = [CChar](repeating: 0, count: 256)
        let outcome = call.withRequest(self) { request in
            fetch_perform(
                &request, Unmanaged.passUnretained(answer).toOpaque(),
                { Unmanaged<Answer>.fromOpaque($0).takeUnretainedValue().takeHeader($1, $2) },
                { Unmanaged<Answer>.fromOpaque($0).takeUnretainedValue().takeBody($1, $2) },
                { Unmanaged<Answer>.fromOpaque($0).takeUnretainedValue().isWanted ? 1 : 0 },
                &status, &reason)
        }
        let words = reason.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
        switch outcome {
        case fetch_done: break
        case fetch_malformed_url: throw .malformedURL(call.url)
        case fetch_unresolved: throw .unresolved(host: host)
        case fetch_refused: throw .refused(place: place)
        case fetch_timed_out: throw .timedOut(place: place)
        case fetch_certificate: throw .certificate(place: place, reason: words)
        case fetch_too_large: throw .tooLarge(place: place)
        default: throw wish.stands ? .failed(place: place, reason: words) : .cancelled(place: place)
        }
        return HTTPReply(status: status, headers: answer.headers, body: answer.body)
    }
}

/// Work for a thread.
private final class Job: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    /// Does it on a thread of its own; for want of one, here.
    func start() {
        let pointer = Unmanaged.passRetained(self)
        let started = system_thread_start(
            { pointer in
                guard let pointer else { return nil }
                system_thread_name("fetch")
                Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            }, pointer.toOpaque())
        if started < 0 { pointer.takeRetainedValue().body() }
    }
}

/// Whether somebody still waits for an answer.
private final class Wish: Sendable {
    private let isOver = Mutex(false)

    var stands: Bool { isOver.withLock { !$0 } }

    func end() { isOver.withLock { $0 = true } }
}

/// An answer as it comes in.
private final class Answer {
    private(set) var headers: [HTTPField] = []
    private(set) var body: [UInt8] = []
    private let wish: Wish

    init(_ wish: Wish) { self.wish = wish }

    var isWanted: Bool { wish.stands }

    /// One line: a status line begins the answer anew, as after "100 Continue".
    func takeHeader(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        let line = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
        if line.hasPrefix("HTTP/") { return headers.removeAll() }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].filter {
            $0 != "\r\n" && $0 != "\r" && $0 != "\n"
        }
        headers.append(HTTPField(String(line[..<colon]), String(value.drop { $0 == " " })))
    }

    func takeBody(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        body += UnsafeBufferPointer(start: bytes, count: count)
    }
}

extension HTTPCall {
    /// Lends the request to C for the call.
    fileprivate func withRequest(
        _ fetcher: Fetcher, _ body: (inout fetch_request) -> fetch_outcome
    ) -> fetch_outcome {
        let lines = headers.map { Array("\($0.name): \($0.value)".utf8CString) }
        let pointers = lines.map { line -> UnsafePointer<CChar> in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: line.count)
            copy.update(from: line, count: line.count)
            return UnsafePointer(copy)
        }
        defer { for pointer in pointers { pointer.deallocate() } }
        let milliseconds =
            fetcher.timeout.components.seconds * 1000
            + fetcher.timeout.components.attoseconds / 1_000_000_000_000_000
        let content = self.body ?? []
        return method.withCString { method in
            url.withCString { url in
                pointers.withUnsafeBufferPointer { headers in
                    content.withUnsafeBufferPointer { content in
                        guard let first = headers.baseAddress else { return fetch_failed }
                        var request = fetch_request(
                            method: method, url: url, headers: first,
                            header_count: headers.count,
                            body: self.body == nil ? nil : content.baseAddress,
                            body_count: content.count, timeout_milliseconds: Int(milliseconds),
                            verifies_certificates: fetcher.verifiesCertificates ? 1 : 0,
                            largest_body: 262_144)
                        return body(&request)
                    }
                }
            }
        }
    }
}
