import Glibc
import Wire

@testable import Reactor

/// A listening TCP socket on loopback.
final class Listener: Sendable {
    let descriptor: Int32
    let port: UInt16
    private let waiting: Int32  // what fills the backlog

    struct Failed: Error {}

    /// Listens on a port of the kernel's choice.
    ///
    /// - Parameter isSilent: Whether the kernel is to answer no SYN, as no dead host does: for one
    ///   whose backlog is full.
    init(isSilent: Bool = false) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let waiting = isSilent ? socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) : -1
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, isSilent ? 0 : 1) == 0
                    && getsockname(descriptor, address, &length) == 0
                    && (!isSilent || connect(waiting, address, length) == 0)
            }
        }
        guard result else { throw Failed() }
        self.descriptor = descriptor
        self.waiting = waiting
        port = UInt16(bigEndian: address.sin_port)
        var backlog = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if isSilent, poll(&backlog, 1, 10_000) != 1 { throw Failed() }
    }

    deinit {
        close(descriptor)
        if waiting >= 0 { close(waiting) }
    }

    var endpoint: Endpoint { Endpoint(ipv4: 0x7F00_0001, port: port) }

    /// Takes one connection on a thread of its own, reads what comes first, answers and closes.
    func answerOnce(_ answer: String) throws -> Hearing {
        let hearing = try Hearing()
        try startThread(name: "listener") { [descriptor] in
            let peer = accept(descriptor, nil, nil)
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(peer, &bytes, bytes.count, 0)
            _ = send(peer, answer, answer.utf8.count, 0)
            close(peer)
            try? hearing.mailbox.post(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
        }
        return hearing
    }
}

/// What a listener has heard, once it has.
struct Hearing {
    let mailbox: Mailbox<String>

    init() throws { mailbox = try Mailbox(capacity: 1) }

    func heard() throws -> String {
        try mailbox.wait()
        var heard = ""
        _ = mailbox.drain { heard = $0 }
        return heard
    }
}
