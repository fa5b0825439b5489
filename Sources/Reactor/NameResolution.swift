import CSystem
import Wire

/// A name being looked up on a thread of its own: the system's resolver blocks.
final class NameResolution: Sendable {
    private let mailbox: Mailbox<[Endpoint]>

    /// Readable once the result is there.
    var descriptor: Int32 { mailbox.descriptor }

    /// Begins to look up `host`, a name or an address literal.
    init(of host: String) throws(SystemError) {
        let mailbox = try Mailbox<[Endpoint]>(capacity: 1)
        self.mailbox = mailbox
        try startThread(name: "resolver") {
            var addresses = [system_address](repeating: system_address(), count: 8)
            let count = system_resolve(host, &addresses, Int32(addresses.count))
            // Nobody waits any more: then the result is not wanted either.
            try? mailbox.post(addresses.prefix(max(0, Int(count))).map { Endpoint($0) })
        }
    }

    /// The addresses, none if there are none; `nil` while they are looked up.
    func result() -> [Endpoint]? {
        var result: [Endpoint]?
        _ = mailbox.drain { result = $0 }
        return result
    }
}
