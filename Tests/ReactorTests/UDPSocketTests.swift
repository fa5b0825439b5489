import Testing
import Wire

@testable import Reactor

@Suite(.timeLimit(.minutes(1))) struct UDPSocketTests {
    static let bytes = (0..<3000).map { UInt8(truncatingIfNeeded: $0 / 1000) }
    static let parts = [0..<1200, 1200..<2400, 2400..<3000].map { Array(bytes[$0]) }

    @Test(arguments: [true, false])
    func `delivers a run as its segments, cut by the kernel or sent apart`(cut: Bool) throws {
        var near = try UDPSocket.bind(to: loopback)
        var far = try UDPSocket.bind(to: loopback)
        near.segmentation = cut && UDPSocket.supportsSegmentation
        near.send(Self.bytes, segmentLength: 1200, to: far.localEndpoint)
        let received = try far.receive(3)
        #expect(received == Self.parts)
        #expect(near.statistics.sentPackets == 3)
        #expect(near.statistics.sentBytes == 3000)
        #expect(near.statistics.segmentedRuns == (near.segmentation ? 1 : 0))
        #expect(far.statistics.receivedBytes == 3000)
    }

    @Test(.enabled(if: UDPSocket.supportsSegmentation))
    func `sends a run one by one when the kernel refuses to cut it`() throws {
        var near = try UDPSocket.bind(to: loopback)
        var far = try UDPSocket.bind(to: loopback)
        // Segments longer than loopback's MTU of 65,536 are not to be had; a checksum is.
        near.disableChecksums()
        near.send(Self.bytes, segmentLength: 1200, to: far.localEndpoint)
        let received = try far.receive(3)
        #expect(received == Self.parts)
        #expect(near.statistics.refusedRuns == 1)
        #expect(near.statistics.segmentedRuns == 0)
        #expect(near.statistics.sentPackets == 3)
    }

    @Test(.enabled(if: UDPSocket.supportsSegmentation))
    func `does not ask again for a destination whose runs were refused, but for a trial at times`()
        throws
    {
        var near = try UDPSocket.bind(to: loopback)
        var far = try UDPSocket.bind(to: loopback)
        var other = try UDPSocket.bind(to: loopback)
        near.disableChecksums()
        for _ in 0..<3 { near.send([1, 1, 2, 2], segmentLength: 2, to: far.localEndpoint) }
        #expect(near.statistics.refusedRuns == 1 && near.statistics.apartRuns == 2)
        near.send([1, 2], segmentLength: 1, to: far.localEndpoint)
        #expect(near.statistics.refusedRuns == 2, "shorter segments may pass where longer do not")
        near.send([1, 1, 2, 2], segmentLength: 2, to: other.localEndpoint)
        #expect(near.statistics.refusedRuns == 3, "elsewhere is another path")
        #expect(try far.receive(8).count == 8 && other.receive(2).count == 2)
        #expect(near.statistics.sentPackets == 10 && near.statistics.droppedPackets == 0)
        near.disableChecksums(false)
        for _ in 0..<SegmentationRefusals.trialInterval + 2 where near.statistics.segmentedRuns == 0
        {
            near.send([1, 2], segmentLength: 1, to: far.localEndpoint)
            _ = try far.receive(2)
        }
        #expect(near.statistics.refusedRuns == 3 && near.statistics.segmentedRuns == 1)
        near.send([1, 1, 2, 2], segmentLength: 2, to: far.localEndpoint)
        #expect(near.statistics.segmentedRuns == 2, "the path has mended")
    }

    @Test func `keeps the source of each datagram, IPv4 over a socket of both families`() throws {
        var both = try UDPSocket.bind(to: Endpoint(high: 0, low: 0, port: 0))
        var four = try UDPSocket.bind(to: loopback)
        four.send([1], segmentLength: 1, to: Endpoint(ipv4: 0x7F00_0001, port: both.port))
        var source: Endpoint?
        #expect(try both.waitUntilReadable(atMost: .seconds(10)))
        _ = try both.receiveBatch { _, endpoint in source = endpoint }
        #expect(source == four.localEndpoint)
        both.send([2, 2], segmentLength: 2, to: four.localEndpoint)
        let received = try four.receive(1)
        #expect(received == [[2, 2]])
    }

    @Test func `skips a truncated datagram and hands up the next`() throws {
        var near = try UDPSocket.bind(to: loopback)
        var far = try UDPSocket.bind(to: loopback)
        near.send(Array(repeating: 0, count: 2049), segmentLength: 2049, to: far.localEndpoint)
        near.send(Array(repeating: 1, count: 2048), segmentLength: 2048, to: far.localEndpoint)
        let received = try far.receive(1)
        #expect(received.map(\.count) == [2048])
        #expect(far.statistics.truncatedPackets == 1)
    }

    @Test func `drops and counts what has no way, and sends the rest of the batch`() throws {
        var near = try UDPSocket.bind(to: loopback)
        var far = try UDPSocket.bind(to: loopback)
        var arena = SendArena()
        let sixth = Endpoint(high: 0, low: 1, port: 9)  // an IPv4 socket cannot speak to ::1
        for (octet, destination) in [(UInt8(1), sixth), (2, far.localEndpoint)] {
            guard let run = arena.append([octet], to: destination) else { break }
            near.enqueue(run, from: arena)
        }
        near.flush()
        let received = try far.receive(1)
        #expect(received == [[2]])
        #expect(near.statistics[.unreachable] == 1)
        #expect(near.statistics.droppedPackets == 1)
    }

    @Test func `counts what finds the smallest receive buffer full, and hands up the rest`() throws
    {
        var near = try UDPSocket.bind(to: loopback)
        var far = try UDPSocket.bind(to: loopback, receiveBufferByteCount: 1)
        #expect(far.receiveBufferByteCount < 4096, "the kernel's own least")
        var numbers: [UInt8] = []
        for round in 0..<5 {
            for number in 0..<40 {
                let octets = [UInt8](repeating: UInt8(40 * round + number), count: 1200)
                near.send(octets, segmentLength: 1200, to: far.localEndpoint)
            }
            var count = 0
            repeat {  // on loopback all that will ever come is there
                count = try far.receiveBatch { bytes, _ in
                    numbers.append(bytes.withUnsafeBytes { $0[0] })
                }
            } while count > 0
            far.countReceiveDrops()
            #expect(far.statistics.receiveDrops + numbers.count == 40 * (round + 1))
        }
        #expect(far.statistics.receiveDrops > 100 && numbers.count >= 5)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        #expect(near.statistics.sentPackets == 200 && near.statistics.droppedPackets == 0)
    }

    @Test func `names the address that is in use`() throws {
        let first = try UDPSocket.bind(to: loopback)
        let taken = first.localEndpoint
        let error = #expect(throws: SystemError.self) { _ = try UDPSocket.bind(to: taken) }
        #expect(error?.description == "bind \(taken): address already in use")
    }

    @Test func `lists loopback among this machine's addresses`() throws {
        let addresses = try localAddresses()
        #expect(addresses.contains(loopback))
        #expect(addresses.allSatisfy { !$0.isLinkLocal && $0.port == 0 })
    }
}

extension UDPSocket {
    var port: UInt16 { localEndpoint.port }

    /// The kernel refuses to cut datagrams without checksums (SO_NO_CHECK): EINVAL.
    func disableChecksums(_ areDisabled: Bool = true) {
        setOption(level: 1, name: 11, value: areDisabled ? 1 : 0)
    }
}
