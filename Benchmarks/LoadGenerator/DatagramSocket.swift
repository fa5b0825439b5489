import CLoad
import Glibc
import Wire

/// One UDP socket connected to the server.
struct DatagramSocket: ~Copyable {
    let descriptor: Int32
    let server: Endpoint

    init(to server: Endpoint) throws(LoadError) {
        self.server = server
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        load_prepare(descriptor, 4 << 20)  // a reader late by a burst of everything loses nothing
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

    /// From here on the kernel drops media before it wakes anybody; one packet in 256 gets through.
    func dropMedia() throws(LoadError) {
        guard load_drop_media(descriptor) == 0 else {
            throw .system(call: "setsockopt", code: errno)
        }
    }
}

/// What waited on one socket, read at once. Made once, used for every socket of a thread.
struct DatagramBatch: ~Copyable {
    private let batch: OpaquePointer

    init() throws(LoadError) {
        guard let batch = load_batch_new() else { throw .system(call: "calloc", code: ENOMEM) }
        self.batch = batch
    }

    deinit { free(UnsafeMutableRawPointer(batch)) }

    /// How many datagrams were read; none wait when there are none.
    func receive(from socket: borrowing DatagramSocket) -> Int32 {
        load_batch_receive(batch, socket.descriptor)
    }

    /// One of them, until the next `receive`.
    subscript(index: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: load_batch_bytes(batch, index), count: load_batch_count(batch, index))
    }

    /// When the kernel took it in, on the monotonic clock.
    func arrival(_ index: Int32) -> Int64 { load_batch_arrival(batch, index) }

    /// Longest datagram.
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
