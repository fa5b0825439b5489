import Testing
import Wire

@testable import Reactor

/// A socket bound to all addresses of the machine, asked at several: all of 127.0.0.0/8 is its own.
@Suite(.timeLimit(.minutes(1))) struct AskedAddressTests {
    static let everywhere = ["0.0.0.0:0", "[::]:0"]

    /// How a run reaches the kernel.
    enum Sending: CaseIterable {
        case cutByKernel
        case segmentBySegment
        case refusedAndSentApart
    }

    private static func home(_ last: UInt32) -> Endpoint {
        Endpoint(ipv4: 0x7F00_0000 + last, port: 0)
    }

    private static func server(
        _ address: String, answersFromAskedAddress: Bool = true
    ) throws -> UDPSocket {
        let endpoint = try #require(Endpoint(address))
        return try UDPSocket.bind(
            to: endpoint, answersFromAskedAddress: answersFromAskedAddress)
    }

    @Test(arguments: everywhere, Sending.allCases)
    func `answers leave from the address that was asked`(
        address: String, sending: Sending
    ) throws {
        var server = try Self.server(address)
        var client = try UDPSocket.bind(to: loopback)
        switch sending {
        case .cutByKernel: break
        case .segmentBySegment: server.segmentation = false
        case .refusedAndSentApart: server.disableChecksums()
        }
        for last in [2, 3, 2, 1] as [UInt32] {
            let asked = Self.home(last).at(server.port)
            client.send([1], segmentLength: 1, to: asked)
            let source = try server.source()
            server.send([1, 1, 2, 2], segmentLength: 2, to: source)
            let answers = try client.sources(2)
            #expect(answers == [asked, asked])
        }
        #expect(server.statistics.droppedPackets == 0)
    }

    @Test(arguments: everywhere) func `one peer at two of our addresses has two paths`(
        address: String
    ) throws {
        var server = try Self.server(address)
        var client = try UDPSocket.bind(to: loopback)
        var sources: [Endpoint] = []
        for last in [2, 3, 2] as [UInt32] {
            client.send([1], segmentLength: 1, to: Self.home(last).at(server.port))
            sources.append(try server.source())
        }
        #expect(sources.map(\.via) == [1, 2, 1])
        #expect(sources.allSatisfy { $0.host == "127.0.0.1" && $0.port == client.port })
        #expect(sources[0] == sources[2] && sources[0] != sources[1])
    }

    @Test func `IPv6 is answered alike`() throws {
        var server = try Self.server("[::]:0")
        let six = try #require(Endpoint(host: "::1", port: 0))
        var client = try UDPSocket.bind(to: six)
        client.send([1], segmentLength: 1, to: six.at(server.port))
        let source = try server.source()
        server.send([2, 2], segmentLength: 1, to: source)
        let answers = try client.sources(2)
        #expect(source.via == 1)
        #expect(answers == [six.at(server.port), six.at(server.port)])
    }

    @Test func `what is sent unasked leaves from where the route leads`() throws {
        var server = try Self.server("0.0.0.0:0")
        var client = try UDPSocket.bind(to: loopback)
        client.send([1], segmentLength: 1, to: Self.home(2).at(server.port))
        _ = try server.source()
        server.send([2], segmentLength: 1, to: client.localEndpoint)
        let source = try client.source()
        #expect(source == loopback.at(server.port))
    }

    @Test func `a number never given is the route's choice, not an error`() throws {
        var server = try Self.server("0.0.0.0:0")
        var client = try UDPSocket.bind(to: loopback)
        var destination = client.localEndpoint
        destination.via = 7
        server.send([2], segmentLength: 1, to: destination)
        let source = try client.source()
        #expect(source == loopback.at(server.port))
    }

    @Test(arguments: ["127.0.0.2:0", "0.0.0.0:0"])
    func `a socket of one address notes nothing, nor one that is not asked to`(
        address: String
    ) throws {
        var server = try Self.server(address, answersFromAskedAddress: address != "0.0.0.0:0")
        var client = try UDPSocket.bind(to: loopback)
        client.send([1], segmentLength: 1, to: Self.home(2).at(server.port))
        let source = try server.source()
        #expect(source == client.localEndpoint)
    }

    @Test func `a loop answers from there when its configuration says so`() async throws {
        var configuration = LoopConfiguration(listen: Endpoint(ipv4: 0, port: 0))
        configuration.answersFromAskedAddress = true
        let loop = try startLoop(
            name: "test", configuration: configuration, makeEngine: { Echo() }, onEvent: { _ in })
        let asked = Self.home(2).at(loop.report.localEndpoint.port)
        var client = try UDPSocket.bind(to: loopback)
        client.send([1], segmentLength: 1, to: asked)
        let source = try client.source()
        #expect(source == asked)
        await loop.stop()
    }

    @Test func `numbers end after 64 addresses, and those given stay`() throws {
        var server = try Self.server("0.0.0.0:0")
        var client = try UDPSocket.bind(to: loopback)
        var numbers: [UInt16] = []
        for last in Array(1...66) + [1, 64, 65] as [UInt32] {
            client.send([1], segmentLength: 1, to: Self.home(last).at(server.port))
            numbers.append(try server.source().via)
        }
        #expect(numbers == Array(1...64) + [0, 0, 1, 64, 0])
    }
}

extension UDPSocket {
    /// Where the next `count` datagrams came from.
    fileprivate mutating func sources(_ count: Int) throws -> [Endpoint] {
        var sources: [Endpoint] = []
        while sources.count < count {
            guard try waitUntilReadable(atMost: .seconds(10)) else { break }
            _ = try receiveBatch { _, source in sources.append(source) }
        }
        return sources
    }

    /// Where the next datagram came from.
    fileprivate mutating func source() throws -> Endpoint {
        let first = try sources(1).first
        return try #require(first, "nothing came")
    }
}

extension Endpoint {
    fileprivate func at(_ port: UInt16) -> Endpoint { Endpoint(high: high, low: low, port: port) }
}
