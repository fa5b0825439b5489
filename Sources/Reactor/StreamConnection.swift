import CSystem
import Ciphers
import Timing
import Wire

/// One outgoing TCP connection, TLS included, from a name to its end, without ever blocking.
final class StreamConnection {
    /// What a step has come to.
    enum Progress {
        case none
        case opened
        case closed(String?)
    }

    let target: StreamTarget
    private let resolution: NameResolution
    private let poller: Int32
    private var candidates: [Endpoint] = []
    private var descriptor: Int32 = -1
    private var tls: TLSSession?
    private var isOpen = false
    private var output: [UInt8] = []  // what the kernel has not taken yet
    private var failure: String?
    private var limit: Instant?  // by when it must be open
    private var attemptLimit: Instant?  // by when this address must answer, if there is another

    /// Begins to look up the target's name.
    init(to target: StreamTarget, poller: borrowing Poller, at now: Instant) throws(SystemError) {
        self.target = target
        self.poller = poller.descriptor
        resolution = try NameResolution(of: target.host)
        limit = now + Self.openingTime
        try SystemError.check(
            system_poller_add(poller.descriptor, resolution.descriptor, Poller.resolution),
            "epoll_ctl")
    }

    deinit { if descriptor >= 0 { system_close(descriptor) } }

    /// When `proceed` wants to be called, whatever comes; `nil` once it is open.
    var deadline: Instant? { earlier(limit, attemptLimit) }

    /// The name has been looked up.
    func resolved(at now: Instant) -> Progress {
        guard let found = resolution.result() else { return .none }
        let port = target.port
        return connect(
            to: found.map { Endpoint(high: $0.high, low: $0.low, port: port) }, at: now)
    }

    /// Tries addresses in turn, until one answers; one that is silent has its share of the time.
    func connect(to addresses: [Endpoint], at now: Instant) -> Progress {
        candidates = addresses
        guard !candidates.isEmpty else { return .closed("no address is known for \(target.host)") }
        return connectToNext(at: now)
    }

    /// The stream has become readable or writable, or the deadline has come.
    func proceed(at now: Instant, _ body: (RawSpan) -> Void) -> Progress {
        guard descriptor >= 0 else {
            return isLate(at: now) ? .closed("the address could not be looked up in time") : .none
        }
        if !isOpen, tlsState == nil {
            let result = system_tcp_result(descriptor)
            if result < 0 { return giveUpAddress(code: -result, at: now) }
            if result == 0 { return unanswered(at: now) }
            if let progress = connected() { return progress }
        }
        let end = read(body)
        flush()
        if !isOpen, let state = tlsState {
            if case .failed(let reason) = state { return .closed("TLS: \(reason)") }
            if state == .connected { return opened() }
        }
        if !isOpen, isLate(at: now) { return .closed("no answer") }
        return end
    }

    /// Queues octets for the peer and hands the kernel what it takes.
    func send(_ bytes: [UInt8]) {
        if tlsState == nil { output += bytes } else { tls?.send(bytes) }
        flush()
    }

    private var tlsState: TLSSession.State? {
        switch tls {
        case .some(let session): session.state
        case nil: nil
        }
    }

    /// Octets that wait for the kernel.
    var waitingByteCount: Int { output.count }

    private func isLate(at now: Instant) -> Bool { limit.map { $0 <= now } ?? false }

    private func connectToNext(at now: Instant) -> Progress {
        attemptLimit = nil
        while !candidates.isEmpty {
            let result = system_tcp_connect(candidates.removeFirst().systemAddress)
            guard result >= 0 else {
                failure = SystemError(call: "connect", code: -result).reason
                continue
            }
            if system_poller_add_stream(poller, result, Poller.stream) < 0 {
                system_close(result)
                continue
            }
            descriptor = result
            attemptLimit = nextAttempt(after: now)
            return .none
        }
        return .closed(failure ?? "cannot connect")
    }

    /// When the next address has its turn; `nil` behind the last, which has what is left.
    private func nextAttempt(after now: Instant) -> Instant? {
        guard !candidates.isEmpty, let limit else { return nil }
        return now + min(Self.attemptTime, (limit - now) / Int64(candidates.count + 1))
    }

    private func unanswered(at now: Instant) -> Progress {
        if isLate(at: now) { return .closed("no answer") }
        guard let attemptLimit, attemptLimit <= now else { return .none }
        return giveUpAddress(code: Refusal.timedOut, at: now)
    }

    private func giveUpAddress(code: Int32, at now: Instant) -> Progress {
        failure = SystemError(call: "connect", code: code).reason
        system_close(descriptor)
        descriptor = -1
        return connectToNext(at: now)
    }

    /// TCP stands; TLS follows where it is wanted.
    private func connected() -> Progress? {
        attemptLimit = nil
        let verification: TLSVerification
        switch target.security {
        case .none: return opened()
        case .verifiedTLS: verification = .system
        case .anyTLS: verification = .none
        }
        do throws(CipherError) {
            tls = try TLSSession(host: target.host, verification: verification)
            flush()
            return nil
        } catch {
            return .closed(error.description)
        }
    }

    private func opened() -> Progress {
        isOpen = true
        limit = nil
        return .opened
    }

    private func read(_ body: (RawSpan) -> Void) -> Progress {
        withUnsafeTemporaryAllocation(byteCount: Self.readByteCount, alignment: 16) { buffer in
            guard let base = buffer.baseAddress else { return .none }
            while true {
                let count = system_stream_read(descriptor, base, buffer.count)
                guard count > 0 else {
                    if count == -Int64(Refusal.again) { return .none }
                    let code = Int32(truncatingIfNeeded: -count)
                    return .closed(
                        count == 0 ? nil : SystemError(call: "recv", code: code).reason)
                }
                let bytes = UnsafeRawBufferPointer(start: base, count: Int(count)).bytes
                guard let state = tlsState else {
                    body(bytes)
                    continue
                }
                if state == .closed { return .closed(nil) }
                tls?.receive(bytes, body)
            }
        }
    }

    private func flush() {
        while let bytes = tls?.nextOutput() { output += bytes }
        while !output.isEmpty, descriptor >= 0 {
            let written = system_stream_write(descriptor, output, output.count)
            guard written > 0 else { return }  // an end is told by the next read
            output.removeFirst(Int(written))
        }
    }

    private static let openingTime = Interval.seconds(10)
    private static let attemptTime = Interval.seconds(2)  // a SYN and its repetition
    private static let readByteCount = 65_536
}
