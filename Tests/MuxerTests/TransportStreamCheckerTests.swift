import Testing
import Timing
import Wire

@testable import Muxer

/// A checker that finds nothing proves nothing: each fault is planted, and must be found as itself.
@Suite struct TransportStreamCheckerTests {
    static func good() throws -> [UInt8] {
        let clip = Clip(audio: try aac(), seconds: 4)
        return try mux(clip.samples(), clip.formats).bytes
    }

    /// The offsets of packets of `pid`, with the head of each.
    static func packets(of pid: UInt16, in bytes: [UInt8]) throws -> [(Int, TransportPacket)] {
        try stride(from: 0, to: bytes.count, by: 188).compactMap { offset in
            let packet = Array(bytes[offset..<offset + 188])
            let head = try TransportPacket(parsing: packet.span.bytes)
            return head.pid == pid ? (offset, head) : nil
        }
    }

    static func indicators(_ bytes: [UInt8]) -> Set<TransportFinding.Indicator> {
        Set(check(bytes).findings.map(\.indicator))
    }

    @Test func `what the writer writes is in order`() throws {
        let checker = check(try Self.good())
        #expect(checker.findings.isEmpty)
        #expect(checker.duration > .milliseconds(3_900))
    }

    @Test func `octets may come in pieces of any length`() throws {
        let bytes = try Self.good()
        for length in [1, 7, 187, 188, 189, 5_000] {
            var checker = TransportStreamChecker()
            for start in stride(from: 0, to: bytes.count, by: length) {
                let piece = Array(bytes[start..<min(start + length, bytes.count)])
                checker.receive(piece.span.bytes)
            }
            checker.finish()
            #expect(checker.count() == 0 && checker.packetCount == bytes.count / 188)
        }
    }

    @Test func `finds sync bytes that are wrong, and sync that is lost`() throws {
        var bytes = try Self.good()
        bytes[188 * 50] = 0x46
        #expect(Self.indicators(bytes) == [.syncByte, .continuity, .unitLength])
        let torn = Array(bytes[..<1_000]) + bytes[1_037...]
        #expect(Self.indicators(torn).isSuperset(of: [.syncLoss, .syncByte]))
    }

    @Test func `finds packets that are lost, swapped or sent three times`() throws {
        let bytes = try Self.good()
        let offset = try #require(try Self.packets(of: 0x100, in: bytes).dropFirst(20).first).0
        let packet = bytes[offset..<offset + 188]
        var lost = bytes
        lost.removeSubrange(offset..<offset + 188)
        #expect(check(lost).count(of: .continuity) == 1)
        var twice = bytes
        twice.insert(contentsOf: packet, at: offset)
        #expect(check(twice).count() == 0, "one repetition is allowed")
        twice.insert(contentsOf: packet, at: offset)
        #expect(check(twice).count(of: .continuity) == 1)
    }

    @Test(arguments: [UInt16(0), 0x1000]) func `finds tables that stay away`(pid: UInt16) throws {
        var bytes = try Self.good()
        let tables = try Self.packets(of: pid, in: bytes)
        for (offset, _) in tables[2...4].reversed() {
            bytes.removeSubrange(offset..<offset + 188)
        }
        let expected: TransportFinding.Indicator = pid == 0 ? .association : .map
        #expect(Self.indicators(bytes) == [expected, .continuity])
        #expect(check(bytes).count(of: expected) == 1)
    }

    @Test func `finds tables whose checksum is wrong`() throws {
        var bytes = try Self.good()
        for pid in [0, 0x1000] as [UInt16] {
            bytes[try Self.packets(of: pid, in: bytes)[2].0 + 14] ^= 1
        }
        #expect(check(bytes).count(of: .checksum) == 2)
    }

    @Test func `finds what says that it is damaged or scrambled`() throws {
        let bytes = try Self.good()
        let offset = try #require(try Self.packets(of: 0x101, in: bytes).dropFirst(2).first).0
        var damaged = bytes
        damaged[offset + 1] |= 0x80
        #expect(Self.indicators(damaged).contains(.transport))
        var scrambled = bytes
        scrambled[offset + 3] |= 0x80
        #expect(Self.indicators(scrambled).contains(.conditionalAccess))
    }

    @Test func `finds clocks that leap without a word, and not those that say so`() throws {
        var bytes = try Self.good()
        let references = try Self.packets(of: 0x100, in: bytes).filter {
            $0.1.adaptation?.programClockReference != nil
        }
        for (offset, _) in references[30...] { bytes[offset + 6] ^= 0x80 }
        #expect(check(bytes).count(of: .referenceDiscontinuity) == 1)
        bytes[references[30].0 + 5] |= 0x80
        #expect(check(bytes).count(of: .referenceDiscontinuity) == 0)
    }

    @Test func `finds clock references too far apart`() throws {
        var bytes = try Self.good()
        let references = try Self.packets(of: 0x100, in: bytes).filter {
            $0.1.adaptation?.programClockReference != nil
        }
        for (offset, _) in references[30...35] { bytes[offset + 5] &= ~0x10 }
        #expect(check(bytes).count(of: .referenceRepetition) == 1)
    }

    @Test func `finds streams without stamps, streams that stay away, and stamps out of order`()
        throws
    {
        let clip = Clip(audio: try aac(), seconds: 12)
        let late = clip.samples().filter {
            $0.sample.track == 0 || !(3.0..<9.5).contains($0.sample.decodeTime.seconds)
        }
        let bytes = try mux(late, clip.formats).bytes
        #expect(Self.indicators(bytes) == [.pid, .stampRepetition])
        #expect(
            check(try mux(clip.samples().filter { $0.sample.track == 0 }, clip.formats).bytes)
                .count(of: .pid) == 1)
        var swapped = try Self.good()
        let starts = try Self.packets(of: 0x100, in: swapped).filter { $0.1.startsUnit }
        let (offset, head) = starts[40]
        let (_, earlier) = starts[38]
        let source = starts[38].0 + earlier.payloadOffset + 9
        let stamp = Array(swapped[source..<source + 5])
        swapped.replaceSubrange(
            offset + head.payloadOffset + 9..<offset + head.payloadOffset + 14, with: stamp)
        #expect(Self.indicators(swapped) == [.stampOrder])
    }

    @Test func `finds units that come after their time`() throws {
        var configuration = TransportStreamConfiguration()
        configuration.decoderLead = .milliseconds(50)
        let clip = Clip(audio: try aac(), seconds: 3)
        let bytes = try mux(clip.samples(), clip.formats, configuration).bytes
        #expect(Self.indicators(bytes) == [.lateUnit])
    }

    @Test func `nothing at all has no faults; anything else without tables has`() {
        #expect(check([]).count() == 0)
        let null: [UInt8] = [0x47, 0x01, 0x23, 0x10] + [UInt8](repeating: 0, count: 184)
        #expect(Set(check(null).findings.map(\.indicator)) == [.association, .map])
    }

    @Test func `keeps the first findings and counts all`() throws {
        var limits = TransportStreamChecker.Limits()
        limits.findings = 3
        var bytes = try Self.good()
        for offset in stride(from: 0, to: bytes.count, by: 188) { bytes[offset + 1] |= 0x80 }
        let checker = check(bytes, limits: limits)
        #expect(checker.findings.count == 3)
        #expect(checker.count(of: .transport) == bytes.count / 188)
    }

    @Test func `finds tables and streams that stop and never come again`() throws {
        let clip = Clip(audio: try aac(), seconds: 8)
        let bytes = try mux(clip.samples(), clip.formats).bytes
        for (pid, indicator) in [
            (UInt16(0), TransportFinding.Indicator.association), (0x1000, .map), (0x101, .pid),
        ] {
            var cut = bytes
            for (offset, _) in try Self.packets(of: pid, in: bytes).reversed()
            where offset > bytes.count / 4 {
                cut.removeSubrange(offset..<offset + 188)
            }
            #expect(check(cut).count(of: indicator) == 1)
        }
    }

    @Test func `a packet sent twice may carry a newer clock reference`() throws {
        let bytes = try Self.good()
        let offset = try #require(
            try Self.packets(of: 0x100, in: bytes).dropFirst().first {
                $0.1.adaptation?.programClockReference != nil && $0.1.hasPayload
            }
        ).0
        var doubled = Array(bytes[..<(offset + 188)]) + bytes[offset...]
        doubled[offset + 188 + 10] ^= 0x01  // its extension
        doubled[offset + 188 + 11] ^= 0x01
        #expect(check(doubled).count(of: .continuity) == 0)
    }
}
