import Testing
import Timing
import Wire

@testable import Muxer

/// Octets that stand in the standard, or that ffmpeg and the catalogues of checksums agree on.
@Suite struct TransportVectorTests {
    @Test func `the checksum of 123456789 is that of every catalogue`() {
        let digits = Array("123456789".utf8)
        #expect(CRC32MPEG.checksum(of: digits.span.bytes) == 0x0376_E6E7)
    }

    /// What ffmpeg writes for one program whose map is on PID 4096.
    static let association = hexadecimal("00b00d0001c100000001f0002ab104b2")

    @Test func `a program association is written as others write it, and read back`() throws {
        let table = ProgramAssociation(
            transportStreamID: 1, version: 0, programs: [.init(program: 1, pid: 0x1000)])
        #expect(table.section() == Self.association)
        #expect(try ProgramAssociation(parsing: Self.association.span.bytes) == table)
        #expect(CRC32MPEG.checksum(of: Self.association.span.bytes) == 0)
    }

    @Test func `a program map reads back with its descriptors`() throws {
        let streams = [
            ProgramMap.Stream(type: 0x1B, pid: 0x100, descriptors: []),
            ProgramMap.Stream(type: 6, pid: 0x101, descriptors: [5, 4, 79, 112, 117, 115]),
        ]
        let map = ProgramMap(program: 1, version: 31, referencePID: 0x100, streams: streams)
        let section = map.section()
        #expect(try ProgramMap(parsing: section.span.bytes) == map)
        for count in 0..<section.count - 4 {
            let cut = Array(section[..<count])
            #expect(throws: ParseError.self) { try ProgramMap(parsing: cut.span.bytes) }
        }
    }

    @Test(arguments: [0, 1, 0x7FFF, 0x8000, 0x3FFF_FFFF, 0x4000_0000, 0x1_FFFF_FFFF] as [Int64])
    func `stamps of 33 bits survive the header`(stamp: Int64) throws {
        let header = PESHeader(
            streamID: 0xE0, payloadByteCount: 1_000, isAligned: true, presentation: stamp,
            decode: stamp - 3_000)
        #expect(header.byteCount == 19)
        var writer = ByteWriter()
        writer.write(count: 19) { memory in
            if let start = memory.baseAddress { header.write(to: start) }
        }
        let bytes = writer.bytes
        var reader = ByteReader(bytes.span.bytes)
        #expect(try PESHeader(parsing: &reader) == header)
        #expect(reader.remaining == 0)
        #expect(header.decodeStamp == UInt64(bitPattern: stamp - 3_000) & 0x1_FFFF_FFFF)
        for count in 0..<19 {
            let cut = Array(bytes[..<count])
            var reader = ByteReader(cut.span.bytes)
            #expect(throws: ParseError.self) { try PESHeader(parsing: &reader) }
        }
    }

    @Test func `one stamp is enough where both are equal`() {
        let header = PESHeader(
            streamID: 0xE0, payloadByteCount: 10, isAligned: true, presentation: 126_000,
            decode: 126_000)
        var writer = ByteWriter()
        writer.write(count: header.byteCount) { memory in
            if let start = memory.baseAddress { header.write(to: start) }
        }
        #expect(writer.bytes == hexadecimal("000001e00012848005210007d861"))
    }

    @Test func `only what fits sixteen bits says its length`() {
        for (count, length) in [(65_527, 65_527), (65_528, nil)] as [(Int, Int?)] {
            let header = PESHeader(
                streamID: 0xE0, payloadByteCount: count, isAligned: true, presentation: 1)
            #expect(header.payloadByteCount == length)
        }
    }

    @Test(arguments: 1...184) func `an adaptation field is stuffed to the octet`(count: Int) throws
    {
        var field = AdaptationField()
        if count >= 8 { field.programClockReference = 300 << 32 | 299 }
        if count >= 2 { field.isRandomAccess = true }
        var writer = ByteWriter()
        writer.write(count: count) { memory in
            if let start = memory.baseAddress { field.write(byteCount: count, to: start) }
        }
        #expect(writer.count == count)
        let bytes = writer.bytes
        var reader = ByteReader(bytes.span.bytes)
        #expect(try AdaptationField(parsing: &reader) == field)
        #expect(reader.remaining == 0)
    }

    @Test func `times become ticks by rounding, on both sides of zero`() {
        #expect(Interval.seconds(1).ticks90 == 90_000)
        #expect(Interval.seconds(-1).ticks90 == -90_000)
        #expect(Interval(nanoseconds: 5_556).ticks90 == 1)
        #expect(Interval(nanoseconds: -5_556).ticks90 == -1)
        #expect(Interval(nanoseconds: 5_555).ticks90 == 0)
        #expect(Interval(nanoseconds: -1).ticks27 == -1)
        #expect(Interval.seconds(100_000).ticks27 == 2_700_000_000_000)
        for tick in stride(from: Int64(-20_000), to: 20_000, by: 7) {
            #expect(Interval(nanoseconds: tick * 1_000_000_000 / 90_000).ticks90 == tick)
        }
    }

    @Test func `differences go the short way round`() {
        let period = TransportTime.stampPeriod
        #expect(TransportTime.difference(5, period - 5, period: period) == 10)
        #expect(TransportTime.difference(period - 5, 5, period: period) == -10)
        #expect(TransportTime.difference(0, period / 2, period: period) == -period / 2)
    }
}
