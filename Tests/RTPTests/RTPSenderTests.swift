import RTP
import Testing
import Timing

/// A track's packets on their way out: their numbers, and what is sent again.
@Suite struct RTPSenderTests {
    static let start = Instant(nanoseconds: 0)

    private func sender(
        retransmits: Bool = true, mid: Bool = false, capacity: Int = 64
    ) -> RTPSender {
        var parameters = RTPSender.Parameters(ssrc: 0xA, payloadType: 96, clockRate: 90_000)
        if retransmits { parameters.retransmission = .init(ssrc: 0xB, payloadType: 97) }
        if mid { parameters.mid = .init(id: 1, name: "video") }
        return RTPSender(parameters, sequenceNumber: 0xFFFE, capacity: capacity)
    }

    private func layout(_ packet: OutgoingRTP) throws -> RTPLayout {
        try RTPLayout(parsing: (packet.header + packet.payload).span.bytes)
    }

    @Test func `numbers rise by one from below 2^15, across every wrap`() throws {
        var sender = sender()
        var last: UInt64?
        for number in 0..<100_000 {
            let packet = sender.packet([1], timestamp: 7, marker: false, at: Self.start)
            if let last { #expect(packet.index == last + 1) }
            if number == 0 { #expect(packet.index < 0x8000) }
            last = packet.index
            if number % 9973 == 0 {
                let header = try layout(packet).header
                #expect(header.sequenceNumber == UInt16(truncatingIfNeeded: packet.index))
                #expect(header.ssrc == 0xA && header.payloadType == 96)
            }
        }
    }

    @Test func `sends again what it keeps, on the stream set apart, with the original's number`()
        throws
    {
        var sender = sender()
        let sent = (0..<100).map { number in
            sender.packet(
                [UInt8(number), 9], timestamp: UInt32(number), marker: number % 2 == 0,
                at: Self.start)
        }
        for (number, packet) in sent.enumerated() {
            let again = sender.resend(UInt16(truncatingIfNeeded: packet.index))
            guard number >= 36 else {
                #expect(again == nil, "64 are kept")
                continue
            }
            let repeated = try #require(again)
            let bytes = repeated.header + repeated.payload
            let parsed = try RTPLayout(parsing: bytes.span.bytes)
            let restored = parsed.restored(payloadType: 96, ssrc: 0xA, in: bytes.span.bytes)
            let original = try #require(restored)
            #expect(parsed.header.ssrc == 0xB && parsed.header.payloadType == 97)
            #expect(original.header.sequenceNumber == UInt16(truncatingIfNeeded: packet.index))
            #expect(original.header.timestamp == UInt32(number))
            #expect(Array(repeated.payload.dropFirst(2)) == packet.payload)
        }
        let ahead = sender.resend(UInt16(truncatingIfNeeded: (sent.last?.index ?? 0) + 1))
        #expect(ahead == nil, "not sent yet")
    }

    @Test func `without such a stream, what is sent again is the same octets`() throws {
        var sender = sender(retransmits: false, mid: true, capacity: 256)
        let sent = (0..<200).map { number in
            sender.packet([UInt8(number)], timestamp: 1, marker: true, at: Self.start)
        }
        for packet in sent {
            #expect(sender.resend(UInt16(truncatingIfNeeded: packet.index)) == packet)
        }
    }

    @Test func `the first hundred packets bear the section's name`() throws {
        var sender = sender(mid: true)
        for number in 0..<120 {
            let packet = sender.packet([5], timestamp: 1, marker: true, at: Self.start)
            let bytes = packet.header + packet.payload
            let parsed = try RTPLayout(parsing: bytes.span.bytes)
            let name = parsed.element(1, in: bytes.span.bytes)?.text(in: bytes.span.bytes)
            #expect(name == (number < 100 ? "video" : nil))
            #expect(parsed.payloadByteCount == 1)
        }
    }

    @Test func `a report ties the newest timestamp to now`() throws {
        var sender = sender()
        let none = sender.report(at: Self.start, ntp: NTPTimestamp(unixNanoseconds: 0))
        #expect(none == nil)
        _ = sender.packet([1, 2, 3], timestamp: 9000, marker: true, at: Self.start)
        let now = Self.start + .seconds(2)
        let report = try #require(sender.report(at: now, ntp: NTPTimestamp(unixNanoseconds: 5)))
        #expect(report.rtpTimestamp == 9000 + 180_000)
        #expect(report.packetCount == 1 && report.octetCount == 3)
    }
}
