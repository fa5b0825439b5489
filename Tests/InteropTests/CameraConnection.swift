import Foundation
import Glibc
import RTSP
import Timing

/// Drives a client of a test over a blocking socket, on the thread that calls it.
struct CameraConnection: ~Copyable {
    struct Failure: Error { let what: String }

    private let socket: Int32
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    var client: RTSPClient
    /// What happened, without the packets.
    var events: [RTSPEvent] = []
    /// How many packets of each track came: RTP, and RTCP.
    var packetCounts: [Int: (rtp: Int, rtcp: Int)] = [:]
    /// The packets themselves, when they are kept.
    var packets: [(track: Int, isRTCP: Bool, octets: [UInt8])] = []
    var keepsPackets = false

    init(_ url: RTSPURL, selection: TrackSelection = TrackSelection()) throws {
        var configuration = RTSPClientConfiguration(url: url, seed: Array(url.text.utf8))
        configuration.selection = selection
        socket = try Self.connect(to: url.port)
        client = RTSPClient(configuration)
    }

    deinit { close(socket) }

    /// Plays until `isEnough`, or the client has ended, or `seconds` are over.
    mutating func run(
        seconds: Int64, until isEnough: (borrowing CameraConnection) -> Bool = { _ in false }
    ) {
        let end = Self.now() + .seconds(seconds)
        client.start(at: Self.now())
        while !client.isEnded, Self.now() < end, !isEnough(self) { turn() }
    }

    /// Ends the session, and waits for the camera to agree.
    mutating func hangUp() {
        client.close(at: Self.now())
        while !client.isEnded { turn() }
    }

    var tracks: [RTSPTrack]? {
        for case .playing(let tracks) in events { return tracks }
        return nil
    }

    var ending: RTSPError?? {
        for case .ended(let error) in events { return .some(error) }
        return .none
    }

    /// Waits a twentieth of a second for the camera at most, and does what is due.
    mutating func turn() {
        flush()
        let count = recv(socket, &buffer, buffer.count, 0)
        let now = Self.now()
        if count > 0 {
            let octets = Array(buffer[..<count])
            client.receive(octets.span.bytes, at: now)
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
            client.connectionClosed(at: now)
        }
        client.advance(to: now)
        flush()
        while let event = client.nextEvent() { take(event) }
    }

    private mutating func take(_ event: RTSPEvent) {
        guard case .packet(let packet) = event else { return events.append(event) }
        let version = client.bytes(of: packet).unsafeLoad(as: UInt8.self) >> 6
        precondition(version == 2, "what the camera sent is no RTP")
        var counts = packetCounts[packet.track] ?? (0, 0)
        counts = packet.isRTCP ? (counts.rtp, counts.rtcp + 1) : (counts.rtp + 1, counts.rtcp)
        packetCounts[packet.track] = counts
        guard keepsPackets else { return }
        let octets = client.bytes(of: packet).withUnsafeBytes { Array($0) }
        packets.append((packet.track, packet.isRTCP, octets))
    }

    private mutating func flush() {
        while let octets = client.nextOutput() {
            if !Self.send(octets, over: socket) { client.connectionClosed(at: Self.now()) }
        }
    }

    /// Sends all of it; `false` when the other side is gone.
    static func send(_ octets: [UInt8], over socket: Int32) -> Bool {
        var sent = 0
        while sent < octets.count {
            let count = octets[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func connect(to port: UInt16) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 0, tv_usec: 50_000)  // so that deadlines are kept
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(socket)
            throw Failure(what: "connect: errno \(errno)")
        }
        return socket
    }

    static func now() -> Instant {
        Instant(nanoseconds: Int64(DispatchTime.now().uptimeNanoseconds))
    }
}

extension ScriptProcess {
    /// Where a camera is, with a user and a password if it wants them.
    func url(_ path: String = "/live", userinfo: String = "") throws -> RTSPURL {
        try RTSPURL(parsing: "rtsp://\(userinfo)127.0.0.1:\(port)\(path)")
    }
}
