import RTP
import Testing
import Timing
import Wire

/// Each packet octet by octet as its specification draws it: reading and writing alike could be wrong
/// in the same way.
@Suite struct RTCPOctetsTests {
    struct Drawn: CustomTestStringConvertible {
        var testDescription: String
        var octets: String
        var packet: RTCPPacket
        /// Whether writing gives these octets; what is stepped over is not written.
        var isWritten = true
    }

    static let block = "00000002 40FFFFFD 00010005 0000004D 12345678 00008000"

    static var reported: ReportBlock { RTCPTests.block(2) }

    static let reports = [
        Drawn(
            testDescription: "SR, RFC 3550 §6.4.1",
            octets: "81C8000C 00000001 0102030405060708 00015F90 0000000A 000003E8 \(block)",
            packet: .senderReport(
                SenderReport(
                    ssrc: 1, ntp: NTPTimestamp(value: 0x0102_0304_0506_0708),
                    rtpTimestamp: 90_000, packetCount: 10, octetCount: 1_000, reports: [reported]))
        ),
        Drawn(
            testDescription: "SR with a profile's own extension behind",
            octets: "80C80007 00000001 0102030405060708 00015F90 0000000A 000003E8 DEADBEEF",
            packet: .senderReport(
                SenderReport(
                    ssrc: 1, ntp: NTPTimestamp(value: 0x0102_0304_0506_0708),
                    rtpTimestamp: 90_000, packetCount: 10, octetCount: 1_000)),
            isWritten: false),
        Drawn(
            testDescription: "RR, RFC 3550 §6.4.2", octets: "81C90007 00000004 \(block)",
            packet: .receiverReport(ReceiverReport(ssrc: 4, reports: [reported]))),
        Drawn(
            testDescription: "RR of nothing", octets: "80C90001 00000004",
            packet: .receiverReport(ReceiverReport(ssrc: 4))),
        Drawn(
            testDescription: "SDES, RFC 3550 §6.5", octets: "81CA0003 00000006 01026162 00000000",
            packet: .sourceDescription(SourceDescription(chunks: [.init(ssrc: 6, cname: "ab")]))),
        Drawn(
            testDescription: "SDES with a tool before the name",
            octets: "81CA0003 00000006 06017801 01630000",
            packet: .sourceDescription(SourceDescription(chunks: [.init(ssrc: 6, cname: "c")])),
            isWritten: false),
        Drawn(
            testDescription: "BYE, RFC 3550 §6.6", octets: "82CB0002 00000015 00000016",
            packet: .goodbye(Goodbye(ssrcs: [0x15, 0x16]))),
        Drawn(
            testDescription: "BYE with a reason", octets: "81CB0002 00000015 03627965",
            packet: .goodbye(Goodbye(ssrcs: [0x15])), isWritten: false),
    ]

    static let feedback = [
        Drawn(
            testDescription: "PLI, RFC 4585 §6.3.1", octets: "81CE0002 00000009 0000000A",
            packet: .pictureLossIndication(PictureLossIndication(senderSSRC: 9, mediaSSRC: 10))),
        Drawn(
            testDescription: "FIR, RFC 5104 §4.3.1.1",
            octets: "84CE0004 0000000B 00000000 0000000C C8000000",
            packet: .fullIntraRequest(
                FullIntraRequest(senderSSRC: 11, entries: [.init(ssrc: 12, sequenceNumber: 200)]))),
        Drawn(
            testDescription: "REMB, draft-alvestrand-rmcat-remb-03 §2.2",
            octets: "8FCE0006 0000000D 00000000 52454D42 0217FFFF 0000000E 0000000F",
            packet: .maximumBitrate(
                ReceiverEstimatedMaximumBitrate(
                    senderSSRC: 13, bitsPerSecond: 0x3_FFFF << 5, ssrcs: [14, 15]))),
        Drawn(
            testDescription: "another application's layer feedback",
            octets: "8FCE0003 0000000D 00000000 41424344",
            packet: .other(type: 206, format: 15), isWritten: false),
        Drawn(
            testDescription: "XR, RFC 3611 §4.4 and §4.5",
            octets:
                "80CF0008 00000010 04000002 0000000000000011 05000003 00000012 00000013 00000014",
            packet: .extendedReport(
                ExtendedReport(
                    ssrc: 16, referenceTime: NTPTimestamp(value: 17),
                    delayReports: [.init(ssrc: 18, lastReferenceTime: 19, delay: 20)]))),
        Drawn(
            testDescription: "XR with a block of losses (§4.1) before",
            octets: "80CF0007 00000010 01000002 0000000100000002 04000002 0000000000000011",
            packet: .extendedReport(
                ExtendedReport(ssrc: 16, referenceTime: NTPTimestamp(value: 17))),
            isWritten: false),
    ]

    @Test(arguments: reports + feedback)
    func `stands on the wire as it is drawn, alone and reduced in size`(drawn: Drawn) {
        let octets = Self.octets(drawn.octets)
        let read = RTCPTests.read(octets)
        #expect(read.packets == [drawn.packet])
        #expect(read.failure == nil)
        if drawn.isWritten { #expect(RTCPTests.bytes([drawn.packet]) == octets) }
        for count in 1..<octets.count {
            #expect(RTCPTests.read(Array(octets[..<count])).failure != nil)
        }
    }

    private static func octets(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}

@Suite struct ReferenceTimesTests {
    private func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test func `a receiver that sends nothing learns its round trip`() throws {
        // The receiver's clock says 100 s when it asks; 40 ms there, 1.5 s of waiting, 40 ms back.
        let asked = NTPTimestamp(value: 100 << 32)
        var times = ReferenceTimes()
        times.reportArrived(ExtendedReport(ssrc: 7, referenceTime: asked), at: at(40))
        let answers = times.takeDelayReports(at: at(1_540))
        let answer = try #require(answers.first)
        #expect(answer.ssrc == 7 && answer.lastReferenceTime == 100 << 16)
        #expect(answer.delay == 65_536 * 3 / 2)
        let back = NTPTimestamp(value: 101 << 32 | UInt64(0.58 * 4_294_967_296))
        let trip = try #require(answer.roundTripTime(at: back))
        #expect((trip - .milliseconds(80)).nanoseconds.magnitude < 50_000)
        let again = times.takeDelayReports(at: at(2_000))
        #expect(again.isEmpty, "each is answered once")
    }

    @Test func `the newest time of each receiver is kept, of a few receivers`() {
        var times = ReferenceTimes()
        times.reportArrived(ExtendedReport(ssrc: 1), at: at(0))
        for ssrc in UInt32(0)..<100 {
            for step in UInt64(1)...3 {
                let time = NTPTimestamp(value: step << 16)
                times.reportArrived(ExtendedReport(ssrc: ssrc, referenceTime: time), at: at(0))
            }
        }
        let answers = times.takeDelayReports(at: at(0))
        #expect(answers.map(\.ssrc) == Array(69..<100))
        #expect(answers.allSatisfy { $0.lastReferenceTime == 3 })
    }
}

@Suite struct FullIntraCommandsTests {
    @Test func `each new request has a number of its own, a repeated one the same`() {
        var commands = FullIntraCommands()
        let none = commands.repetition(for: 5)
        #expect(none == nil)
        for number in 0..<600 {
            let entry = commands.request(5)
            #expect(entry.sequenceNumber == UInt8(truncatingIfNeeded: number))
            let repeated = commands.repetition(for: 5)
            #expect(repeated == entry)
        }
        let other = commands.request(6)
        #expect(other.sequenceNumber == 0)
    }

    @Test func `a request is followed once, by each who asks`() {
        var commands = FullIntraCommands()
        let entry = FullIntraRequest.Entry(ssrc: 5, sequenceNumber: 255)
        let next = FullIntraRequest.Entry(ssrc: 5, sequenceNumber: 0)
        let followed = [
            commands.requestArrived(entry, from: 1), commands.requestArrived(entry, from: 1),
            commands.requestArrived(entry, from: 2), commands.requestArrived(next, from: 1),
            commands.requestArrived(next, from: 1),
        ]
        #expect(followed == [true, false, true, true, false])
    }

    @Test func `what is kept is bounded`() {
        var commands = FullIntraCommands()
        for ssrc in UInt32(0)..<1_000 {
            _ = commands.request(ssrc)
            _ = commands.requestArrived(.init(ssrc: ssrc, sequenceNumber: 9), from: 3)
        }
        let oldest = commands.repetition(for: 1_000 - 65)
        let newer = commands.repetition(for: 1_000 - 64)
        #expect(oldest == nil && newer != nil)
    }
}
