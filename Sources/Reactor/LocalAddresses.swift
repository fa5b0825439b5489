import CSystem
public import Wire

/// This machine's addresses, port 0, in the order the kernel lists them: what candidates announce.
///
/// Loopback ones are among them (`isLoopback` tells). Link-local ones are not: they mean nothing
/// without an interface beside them.
public func localAddresses() throws(SystemError) -> [Endpoint] {
    var addresses = [system_address](repeating: system_address(), count: mostAddresses)
    let found = system_local_addresses(&addresses, Int32(mostAddresses))
    let count = try SystemError.check(found, "getifaddrs")
    return addresses.prefix(Int(count)).map(Endpoint.init).filter { !$0.isLinkLocal }
}

extension Endpoint {
    /// Whether the address is 169.254.0.0/16 or fe80::/10 (RFC 3927, RFC 4291 §2.5.6).
    var isLinkLocal: Bool {
        if let ipv4 { return ipv4 >> 16 == 0xA9FE }
        return high >> 54 == 0xFE80 >> 6
    }

    init(_ address: system_address) {
        self.init(high: address.high, low: address.low, port: address.port)
        via = address.via
    }

    var systemAddress: system_address {
        system_address(high: high, low: low, port: port, via: via)
    }
}

private let mostAddresses = 256  // more than a host of containers shows; the rest is left out
