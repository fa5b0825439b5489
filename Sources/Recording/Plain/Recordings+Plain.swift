import Ciphers
import Glibc
import Reactor
import Wire

// Sessions that are sent here unasked, described by a file.

extension Recordings {
    func startListening(
        _ path: String, _ address: Endpoint?, _ order: RecordingOrder
    ) throws(RecordingError) -> RunningSource {
        let session = try Self.session(path, address)
        var random = SeededRandom(seed: randomBytes(count: 32))
        let (ssrc, cname) = (UInt32(truncatingIfNeeded: random.next()) | 1, random.identifier())
        var configuration = LoopConfiguration(listen: session.sockets[0])
        configuration.otherSockets = Array(session.sockets.dropFirst())
        do {
            let loop = try startStreamLoop(
                name: "recorder", configuration: configuration,
                makeEngine: {
                    PlainRecorder(
                        session, ssrc: ssrc, cname: cname, options: order.options,
                        clock: order.clock, at: .now())
                }, onEvent: { order.recording.take($0) })
            return RunningSource(loop, feeding: order.recording)
        } catch {
            throw .system("\(error)")
        }
    }

    private static func session(
        _ path: String, _ address: Endpoint?
    ) throws(RecordingError) -> PlainSession {
        let octets = try read(path)
        do throws(RecordingError) {
            let session = try PlainSession(parsing: octets, at: address)
            guard !session.sockets.isEmpty else { throw .sessionDescription("no track") }
            return session
        } catch .sessionDescription(let reason, _) {
            throw .sessionDescription(reason, path: path)
        }
    }

    /// A description's octets; the longest that is read has 64 KB.
    private static func read(_ path: String) throws(RecordingError) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)).lowercased())
        }
        defer { Glibc.close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 65_536)
        let count = octets.withUnsafeMutableBytes {
            Glibc.read(descriptor, $0.baseAddress, $0.count)
        }
        guard count >= 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)).lowercased())
        }
        return Array(octets[..<count])
    }
}

extension PlainSession {
    /// Which file describes a source, and where it is sent when not where the file says; `nil` when
    /// the source is none of these.
    static func place(_ source: String) -> (path: String, address: Endpoint?)? {
        let start = source.prefix(7).lowercased()
        if start == "file://" { return (String(source.dropFirst(7)), nil) }
        guard start.hasPrefix("rtp://") else {
            let isPath = source.hasSuffix(".sdp") && !source.contains("://")
            return isPath ? (source, nil) : nil
        }
        let parts = source.dropFirst(6).split(separator: "?", maxSplits: 1)
        guard parts.count == 2, parts[1].hasPrefix("sdp="), parts[1].count > 4,
            let address = Endpoint(parts[0])
        else { return nil }
        return (String(parts[1].dropFirst(4)), address)
    }
}
