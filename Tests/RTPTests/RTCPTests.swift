import RTP
import Testing
import Timing
import Wire

@Suite struct RTCPTests {
    static func read(_ bytes: [UInt8]) -> (packets: [RTCPPacket], failure: ParseError?) {
        var reader = RTCPReader(bytes.span.bytes)
        var packets: [RTCPPacket] = []
        while let packet = reader.next() { packets.append(packet) }
        return (packets, reader.failure)
    }

    static func block(_ ssrc: UInt32) -> ReportBlock {
        var block = ReportBlock(
            ssrc: ssrc,
            fractionLost: 64,
            cumulativeLost: -3,
            highestSequenceNumber: 0x1_0005,
            jitter: 77
        )
        (block.lastSenderReport, block.delaySinceLastSenderReport) = (0x1234_5678, 0x8000)
        return block
    }

    static func feedback() -> TransportFeedback {
        var feedback = TransportFeedback(
            senderSSRC: 1,
            mediaSSRC: 2,
            baseSequenceNumber: 65530,
            referenceTime: -5,
            feedbackPacketCount: 9
        )
        feedback.packetStatusCount = 30
        feedback.arrivals = [
            .init(index: 0, ticks: 10), .init(index: 1, ticks: 5), .init(index: 7, ticks: 400),
            .init(index: 29, ticks: 655),
        ]
        return feedback
    }

    /// One of every packet we know, in one compound.
    static let all: [RTCPPacket] = [
        .senderReport(
            SenderReport(
                ssrc: 1,
                ntp: NTPTimestamp(value: 0x0102_0304_0506_0708),
                rtpTimestamp: 90_000,
                packetCount: 10,
                octetCount: 1_000,
                reports: [block(2), block(3)]
            )
        ),
        .receiverReport(ReceiverReport(ssrc: 4, reports: [block(5)])),
        .sourceDescription(
            SourceDescription(
                chunks: ["", "a", "ab", "abc", "hors-d'œuvre"].map {
                    .init(ssrc: 6, cname: $0)
                }
            )
        ),
        .nack(GenericNack(senderSSRC: 7, mediaSSRC: 8, lost: [1, 2, 17, 18, 65535])),
        .transportFeedback(feedback()),
        .pictureLossIndication(PictureLossIndication(senderSSRC: 9, mediaSSRC: 10)),
        .fullIntraRequest(
            FullIntraRequest(senderSSRC: 11, entries: [.init(ssrc: 12, sequenceNumber: 200)])
        ),
        .maximumBitrate(
            ReceiverEstimatedMaximumBitrate(
                senderSSRC: 13,
                bitsPerSecond: 0x3_FFFF << 5,
                ssrcs: [14, 15]
            )
        ),
        .extendedReport(
            ExtendedReport(
                ssrc: 16,
                referenceTime: NTPTimestamp(value: 17),
                delayReports: [.init(ssrc: 18, lastReferenceTime: 19, delay: 20)]
            )
        ),
        .goodbye(Goodbye(ssrcs: [21, 22])),
    ]

    static func write(_ packet: RTCPPacket, to writer: inout ByteWriter) {
        switch packet {
        case .senderReport(let packet): packet.write(to: &writer)
        case .receiverReport(let packet): packet.write(to: &writer)
        case .sourceDescription(let packet): packet.write(to: &writer)
        case .goodbye(let packet): packet.write(to: &writer)
        case .nack(let packet): packet.write(to: &writer)
        case .pictureLossIndication(let packet): packet.write(to: &writer)
        case .fullIntraRequest(let packet): packet.write(to: &writer)
        case .maximumBitrate(let packet): packet.write(to: &writer)
        case .transportFeedback(let packet): packet.write(to: &writer)
        case .extendedReport(let packet): packet.write(to: &writer)
        case .other: break
        }
    }

    static func bytes(_ packets: [RTCPPacket]) -> [UInt8] {
        var writer = ByteWriter()
        for packet in packets { write(packet, to: &writer) }
        return writer.bytes
    }

    @Test func `every packet survives writing and reading, alone and in a compound`() {
        for packet in Self.all {
            let bytes = Self.bytes([packet])
            #expect(bytes.count % 4 == 0)
            #expect(Self.read(bytes).packets == [packet])
        }
        let compound = Self.read(Self.bytes(Self.all))
        #expect(compound.packets == Self.all)
        #expect(compound.failure == nil)
    }

    @Test func `a compound cut anywhere gives what is whole and reports the rest`() {
        let bytes = Self.bytes(Self.all)
        var boundaries: Set<Int> = [0]
        for count in Self.all.indices {
            boundaries.insert(Self.bytes(Array(Self.all[...count])).count)
        }
        for count in 0...bytes.count {
            let (packets, failure) = Self.read(Array(bytes.prefix(count)))
            #expect(packets == Array(Self.all.prefix(packets.count)))
            #expect((failure == nil) == boundaries.contains(count))
        }
    }

    @Test func `no octet turned to anything traps`() {
        let bytes = Self.bytes(Self.all)
        for index in bytes.indices {
            for value in [0x01, 0x20, 0x7F, 0x80, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[index] ^= value
                #expect(Self.read(damaged).packets.count <= Self.all.count)
            }
        }
    }

    @Test func `packs losses into a mask of the sixteen that follow`() {
        // RFC 4585 §6.2.1: bit i of the mask stands for PID + i, counted from one.
        let nack = GenericNack(senderSSRC: 1, mediaSSRC: 2, lost: [100, 101, 116, 117, 117])
        #expect(
            nack.entries == [
                .init(packetID: 100, bitmask: 0x8001), .init(packetID: 117, bitmask: 0),
            ]
        )
        #expect(nack.lost == [100, 101, 116, 117])
        var writer = ByteWriter()
        nack.write(to: &writer)
        #expect(
            writer.bytes == [
                0x81, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 100, 0x80, 0x01, 0, 117, 0, 0,
            ]
        )
    }

    @Test(arguments: [0, 1, 127, 128, 32767, 32768, 65535] as [UInt16])
    func `a mask reaches across the wrap`(start: UInt16) {
        let lost = (0..<17).map { start &- 8 &+ UInt16($0) }
        let nack = GenericNack(senderSSRC: 1, mediaSSRC: 2, lost: lost)
        #expect(nack.entries == [.init(packetID: start &- 8, bitmask: 0xFFFF)])
        #expect(nack.lost == lost)
    }

    @Test func `padding ends a compound, libwebrtc's odd count of it too`() {
        var bytes = Self.bytes([Self.all[5]])
        bytes[0] |= 0x20
        bytes[3] += 1
        for count in [1, 3, 4] as [UInt8] {
            let (packets, failure) = Self.read(bytes + [0, 0, 0, count])
            #expect(packets == [Self.all[5]])
            #expect(failure == nil)
        }
        #expect(Self.read(bytes + [0, 0, 0, 0]).failure != nil)
        #expect(Self.read(bytes + [0, 0, 0, 17]).failure != nil)
        #expect(Self.read(bytes + [0, 0, 0, 4] + Self.bytes([Self.all[0]])).failure != nil)
    }

    @Test func `what we have no use for is named and stepped over`() {
        let application: [UInt8] = [0x85, 204, 0, 2, 0, 0, 0, 1, 0x61, 0x62, 0x63, 0x64]
        let unknown: [UInt8] = [0x80, 222, 0, 0]
        let (packets, failure) = Self.read(application + unknown)
        #expect(packets == [.other(type: 204, format: 5), .other(type: 222, format: 0)])
        #expect(failure == nil)
    }

    @Test func `a 32nd report goes into a packet of its own`() {
        let blocks = (0..<70).map { Self.block(UInt32($0)) }
        var writer = ByteWriter()
        ReceiverReport(ssrc: 1, reports: blocks).write(to: &writer)
        let read = Self.read(writer.bytes).packets.flatMap { packet -> [ReportBlock] in
            guard case .receiverReport(let report) = packet else { return [] }
            return report.reports
        }
        #expect(read == blocks)
    }

    @Test func `the round trip is what is left of the time since our report`() {
        // RFC 3550 §6.4.1, figure 2: 6.125 s.
        var block = ReportBlock(ssrc: 1)
        (block.lastSenderReport, block.delaySinceLastSenderReport) = (0xB705_2000, 0x0005_4000)
        let now = NTPTimestamp(value: 0xB710_8000 << 16)
        #expect(block.roundTripTime(at: now) == .milliseconds(6_125))
        block.lastSenderReport = 0
        #expect(block.roundTripTime(at: now) == nil)
    }

    @Test func `a bitrate too large for the wire's numbers throws`() {
        var bytes = Self.bytes([.maximumBitrate(.init(senderSSRC: 1, bitsPerSecond: 1, ssrcs: []))])
        (bytes[17], bytes[18], bytes[19]) = (0xFF, 0xFF, 0xFF)
        #expect(Self.read(bytes).failure == .invalid(field: "exponent", at: 17))
    }
}
