import Glibc

/// Tells systemd how far a service is: one datagram to the socket that NOTIFY_SOCKET names, as in
/// sd_notify(3). Says nothing when there is no such variable, and never fails: a service runs as
/// well without being watched.
public struct Readiness: Sendable {
    private let address: [UInt8]?

    /// The socket of this process's environment.
    public init() { self.init(socket: getenv("NOTIFY_SOCKET").map { String(cString: $0) }) }

    init(socket: String?) { address = socket.flatMap(Self.path) }

    /// It serves now.
    public func ready() { send("READY=1") }

    /// It has begun to end.
    public func stopping() { send("STOPPING=1") }

    /// `sun_path` of a socket's name: an absolute path, or `@` and a name outside the file system.
    static func path(_ name: String) -> [UInt8]? {
        var octets = Array(name.utf8)
        guard octets.count > 1, octets.count < pathLimit, !octets.contains(0) else { return nil }
        switch octets[0] {
        case UInt8(ascii: "/"): return octets
        case UInt8(ascii: "@"):
            octets[0] = 0
            return octets
        default: return nil
        }
    }

    private func send(_ state: String) {
        guard let address else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var destination = sockaddr_un()
        destination.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &destination.sun_path) { $0.copyBytes(from: address) }
        // An abstract name ends where the length says: octets more would be part of it.
        let length = MemoryLayout<sa_family_t>.size + address.count
        let octets = Array(state.utf8)
        withUnsafePointer(to: &destination) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(
                    descriptor, octets, octets.count,
                    Self.sendFlags, $0,
                    socklen_t(length))
            }
        }
    }

    private static let sendFlags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
    private static let pathLimit = 108  // sun_path, with its end
}
