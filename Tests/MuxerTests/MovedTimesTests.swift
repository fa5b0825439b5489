import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// The times of files that are joined, on one line.
@Suite struct MovedTimesTests {
    private static let period = Interval(nanoseconds: (1 << 33) * 100_000 / 9)

    private static func file(from start: Interval, seconds: Int = 2) throws -> [UInt8] {
        var clip = Clip(audio: try aac(), seconds: seconds)
        clip.start = start
        return try SegmentPartsTests.record(clip.samples(), clip.formats, .mpegts).bytes
    }

    /// Files with how much later each comes than it says.
    private static func joined(_ files: [(bytes: [UInt8], shift: Interval)]) -> [UInt8] {
        var joiner = TransportJoiner()
        var output: [UInt8] = []
        for file in files {
            joiner.nextFile(movedBy: file.shift)
            var octets = file.bytes
            joiner.join(&octets)
            output += octets
        }
        return output
    }

    /// The clock references, and how many packets say that the clock does not go on.
    private static func clock(_ bytes: [UInt8]) throws -> (references: [Int64], jumps: Int) {
        var (references, jumps) = ([Int64](), 0)
        for start in stride(from: 0, to: bytes.count, by: 188) {
            let packet = try TransportPacket(parsing: bytes[start..<start + 188].span.bytes)
            guard let field = packet.adaptation else { continue }
            if let reference = field.programClockReference { references.append(reference) }
            jumps += field.isDiscontinuity ? 1 : 0
        }
        return (references, jumps)
    }

    /// Starts that wrap before the file, in it, and behind it, by its own times and by those it is given.
    static let starts: [Interval] = [
        .zero, .seconds(1), period - .seconds(3), period - .seconds(2), period - .milliseconds(700),
        period, period + .seconds(5), .seconds(50_000), .zero - .seconds(1),
    ]

    @Test(arguments: starts, starts)
    func `all times of a file move by the same, round the wrap too`(
        own: Interval, given: Interval
    ) throws {
        let bytes = try Self.file(from: own)
        let shift = given - own
        let moved = Self.joined([(bytes, shift)])
        let ticks = shift.ticks90
        for (before, after) in zip(demux(bytes), demux(moved)) {
            #expect(after.payload == before.payload)
            for (early, late) in [
                (before.presentationStamp, after.presentationStamp),
                (before.decodeStamp, after.decodeStamp),
            ] {
                #expect(late == early.map { TransportTime.wrapped(Int64($0) + ticks) })
            }
        }
        let period = TransportTime.referencePeriod
        let expected = try Self.clock(bytes).references.map { reference in
            let sum = (reference + ticks * 300) % period
            return sum < 0 ? sum + period : sum
        }
        #expect(try Self.clock(moved).references == expected)
        #expect(check(moved).findings.isEmpty)
    }

    @Test func `runs that each begin anew come one behind the other, and the clock goes on`()
        throws
    {
        let starts: [Interval] = [.seconds(7), .zero, Self.period - .seconds(1), .seconds(3)]
        let files = try starts.enumerated().map { index, start in
            let line = starts[0] + .seconds(2 * Int64(index))
            return (bytes: try Self.file(from: start), shift: line - start)
        }
        let joined = Self.joined(files)
        #expect(check(joined).findings.isEmpty)
        #expect(try Self.clock(joined).jumps == 0)
        for pid in [0x100, 0x101] as [UInt16] {
            let stamps = demux(joined).filter { $0.pid == pid }.compactMap(\.decodeStamp)
            let steps = zip(stamps.dropFirst(), stamps).map { Int64($0) - Int64($1) }
            #expect(steps.allSatisfy { $0 > 0 && $0 < 27_000 }, "\(pid)")
            let all = Int64(try #require(stamps.last)) - Int64(stamps[0])
            #expect(all > 8 * 90_000 - 27_000 && all < 8 * 90_000)
        }
    }

    @Test func `a file that says that its clock begins anew does not where it goes on`() throws {
        var second = try Self.file(from: .seconds(90))
        // The first packet of pictures, behind two with tables, carries the clock.
        let place = 2 * 188
        #expect(second[place + 3] & 0x20 != 0 && second[place + 5] & 0x10 != 0)
        second[place + 5] |= 0x80
        let first = try Self.file(from: .zero)
        let joined = Self.joined([(first, .zero), (second, .zero - .seconds(88))])
        #expect(try Self.clock(joined).jumps == 0)
        let apart = Self.joined([(first, .zero), (second, .zero)])
        #expect(try Self.clock(apart).jumps == 1)
    }

    @Test func `the original clock of a packet moves with the clock`() {
        // Both references, of 2^33 - 1 and 299, with their reserved bits.
        let reference: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x2B]
        var packet: [UInt8] = [0x47, 0x01, 0x00, 0x30, 13, 0x18] + reference + reference
        packet += [UInt8](repeating: 0, count: 188 - packet.count)
        let moved = Self.joined([(packet, Interval(nanoseconds: 11_111))])
        #expect(Array(moved[6..<12]) == [0, 0, 0, 0, 0x7F, 0x2B])
        #expect(Array(moved[12..<18]) == [0, 0, 0, 0, 0x7F, 0x2B])
    }

    @Test func `no octets stop it, and what is no time stays`() throws {
        var source = SyntheticStream(seed: 5)
        let file = try Self.file(from: .zero, seconds: 1)
        for round in 0..<200 {
            var packets = Array(file.prefix(188 * 40))
            for _ in 0...round % 20 {
                let place = source.next(below: packets.count)
                if place % 188 > 0 { packets[place] = UInt8(source.next(below: 256)) }
            }
            #expect(Self.joined([(packets, .seconds(11))]).count == packets.count)
        }
        let short: [UInt8] = [0x47, 0x41, 0, 0x30, 175, 0] + [UInt8](repeating: 0xFF, count: 174)
        let cut = short + [0, 0, 1, 0xC0, 0, 8, 0x80, 0x80]
        #expect(Self.joined([(cut, .seconds(1))]) == cut, "its times lie behind the packet")
    }
}
