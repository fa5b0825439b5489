import Glibc
import Wire

/// One UDP socket connected to the server, on loopback.
struct DatagramSocket: ~Copyable {
    let descriptor: Int32

    init(to server: Endpoint) throws(LoadError) {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        var size: Int32 = 4 << 20  // a reader late by a burst of everything loses nothing
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
        var address = sockaddr_in(server)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw .system(call: "connect", code: errno) }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT))
    }

    /// The next datagram's length, its octets at `buffer`; `nil` when none waits.
    func receive(into buffer: UnsafeMutableRawPointer) -> Int? {
        let count = recv(descriptor, buffer, Self.limit, Int32(MSG_DONTWAIT))
        return count > 0 ? count : nil
    }

    static let limit = 2048
}

extension sockaddr_in {
    init(_ endpoint: Endpoint) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = endpoint.port.bigEndian
        sin_addr.s_addr = (endpoint.ipv4 ?? 0x7F00_0001).bigEndian
    }
}
