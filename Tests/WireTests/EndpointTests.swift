import Testing
import Wire

@Suite struct EndpointTests {
    struct Example: CustomTestStringConvertible {
        var text: String
        var canonical: String
        var testDescription: String { text }
    }

    static let addresses = [  // RFC 5952 §1, §2.2, §4, §5
        Example(text: "2001:db8:0:0:1:0:0:1", canonical: "2001:db8::1:0:0:1"),
        Example(text: "2001:0db8:0:0:1:0:0:1", canonical: "2001:db8::1:0:0:1"),
        Example(text: "2001:db8::0:1:0:0:1", canonical: "2001:db8::1:0:0:1"),
        Example(text: "2001:DB8::AaAa:0:0:1", canonical: "2001:db8::aaaa:0:0:1"),
        Example(text: "2001:db8:0:0:0:0:2:1", canonical: "2001:db8::2:1"),
        Example(text: "2001:db8:0:1:1:1:1:1", canonical: "2001:db8:0:1:1:1:1:1"),
        Example(text: "2001:0:0:1:0:0:0:1", canonical: "2001:0:0:1::1"),
        Example(text: "::", canonical: "::"),
        Example(text: "::1", canonical: "::1"),
        Example(text: "1::", canonical: "1::"),
        Example(text: "fe80:0:0:0:0:0:0:0", canonical: "fe80::"),
        Example(text: "1:2:3:4:5:6:7:8", canonical: "1:2:3:4:5:6:7:8"),
        Example(text: "0:0:3:4:5:6:0:0", canonical: "::3:4:5:6:0:0"),
        Example(text: "64:ff9b::192.0.2.33", canonical: "64:ff9b::c000:221"),
        Example(text: "::ffff:192.0.2.1", canonical: "192.0.2.1"),
        Example(text: "192.0.2.1", canonical: "192.0.2.1"),
        Example(text: "0.0.0.0", canonical: "0.0.0.0"),
        Example(text: "255.255.255.255", canonical: "255.255.255.255"),
    ]

    @Test(arguments: addresses) func `prints the one text of RFC 5952 for every spelling`(
        example: Example
    ) throws {
        let endpoint = try #require(Endpoint(host: example.text, port: 1))
        #expect(endpoint.host == example.canonical)
        #expect(Endpoint(host: endpoint.host, port: 1) == endpoint)
        #expect(Endpoint(endpoint.description) == endpoint)
    }

    static let malformed = [
        "", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4", "1.2.3.+4",
        "1.2.3.", "1..3.4", " 1.2.3.4", "1.2.3.4 ", "a.b.c.d", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1::2::3", "12345::", "::g", "1:2:3:4:5:6:7::8", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "::-1",
        "::+1", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3", "[::1]", "fe80::1%eth0", "localhost",
        "::1/64",
        "1٢.2.3.4", "::１",
    ]

    @Test(arguments: malformed) func `refuses what is no address`(text: String) {
        #expect(Endpoint(host: text, port: 1) == nil)
    }

    @Test(
        arguments: [
            "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:+80", ":80",
            "[::1]", "[::1]80", "::1:80", "[::1:80", "::1]:80", "[]:80", "", ":", "[", "[]",
        ])
    func `refuses what is no address and port`(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test(arguments: 0..<30) func `a text cut anywhere is refused or is another address`(
        count: Int
    ) {
        let text = "[2001:db8:1:2:3:4:5:6]:40000"
        let endpoint = Endpoint(text.prefix(count))
        #expect(endpoint == nil || String(text.prefix(count)) == endpoint?.description)
    }

    @Test func `an address knows its family and its purpose`() throws {
        let mapped = try #require(Endpoint(host: "::ffff:127.0.0.1", port: 9))
        #expect(mapped == Endpoint(ipv4: 0x7F00_0001, port: 9))
        #expect(mapped.isLoopback)
        #expect(mapped.ipv4 == 0x7F00_0001)
        #expect(mapped.description == "127.0.0.1:9")
        let loopback = try #require(Endpoint("[::1]:9"))
        #expect(loopback.isLoopback)
        #expect(loopback.ipv4 == nil)
        #expect(loopback.description == "[::1]:9")
        for text in ["0.0.0.0", "::"] {
            #expect(Endpoint(host: text, port: 0)?.isUnspecified == true)
            #expect(Endpoint(host: text, port: 0)?.isLoopback == false)
        }
        #expect(Endpoint(host: "128.0.0.1", port: 0)?.isLoopback == false)
    }

    @Test func `a peer at two addresses of ours is two endpoints of one text`() {
        let peer = Endpoint(ipv4: 0xC000_0201, port: 5000)
        var second = peer
        second.via = 2
        #expect(peer.via == 0 && peer != second && second.description == "192.0.2.1:5000")
        #expect(Set([peer, second, peer]).count == 2)
        var other = Endpoint(ipv4: 0xC000_0201, port: 5002)
        other.via = 2
        #expect(other != second)
    }
}
