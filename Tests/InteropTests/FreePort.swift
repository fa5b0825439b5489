import Glibc

/// A port of 127.0.0.1 that nobody has, and that the kernel gives nobody who asks for any: for those who go
/// away and come back to theirs.
func freePort() throws -> Int {
    for _ in 0..<100 {
        let port = UInt16.random(in: 20_000..<32_000)
        if canBind(port, SOCK_STREAM), canBind(port, SOCK_DGRAM) { return Int(port) }
    }
    throw HTTPClient.Failure(what: "no port is free")
}

private func canBind(_ port: UInt16, _ kind: __socket_type) -> Bool {
    let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
