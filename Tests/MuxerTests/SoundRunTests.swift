import Codecs
import Testing
import Wire

@testable import Muxer

/// Where the torn frame is found in octets that do not say where a frame begins.
@Suite(.timeLimit(.minutes(1))) struct SoundRunTests {
    /// Whole frames of so many octets, header included.
    private static func frames(_ count: Int, of byteCount: Int) throws -> [UInt8] {
        guard case .aac(let configuration) = try aac() else { return [] }
        var output = ByteWriter()
        let header = ADTSHeader(configuration, payloadByteCount: byteCount - 7)
        try #require(header).write(to: &output)
        let frame = output.bytes + [UInt8](repeating: 7, count: byteCount - 7)
        return Array(repeatElement(frame, count: count).joined())
    }

    /// The octets in PES packets that say nothing of frames.
    private static func run(_ octets: [UInt8]) throws -> SoundRun {
        let track = try TransportTrack(try aac(), index: 0)
        var (output, counter, place) = (ByteWriter(), UInt8(0), 0)
        while place < octets.count {
            let piece = octets[place..<min(place + 60_000, octets.count)]
            let header = PESHeader(
                streamID: track.streamID, payloadByteCount: piece.count, isAligned: false,
                presentation: nil)
            let unit = PacketizedUnit(
                pid: track.pid, header: header, byteCount: header.byteCount + piece.count,
                adaptation: AdaptationField(), counter: counter)
            let before = output.count
            unit.write(to: &output) { cutter in cutter.append(piece.span.bytes) }
            counter = UInt8(truncatingIfNeeded: Int(counter) + (output.count - before) / 188) & 0x0F
            place += piece.count
        }
        return SoundRun(of: track.pid, in: output.bytes.span.bytes)
    }

    @Test func `frames behind a place that leads nowhere are found`() throws {
        let some = try Self.frames(3, of: 90)
        for junk in [[], [1, 2, 3], [0xFF], [0xFF, 0xF1, 0x4C]] as [[UInt8]] {
            let whole = some + junk + some
            for torn in [0, 5, 40] {
                let run = try Self.run(whole + some.prefix(torn))
                #expect(run.octets.count == whole.count + torn)
                #expect(run.tornFrame(of: try aac()) == whole.count, "\(junk), \(torn)")
            }
        }
    }

    /// Tried again from each of its frames it would take as long as there are pairs of them.
    @Test func `a long chain that leads nowhere is tried once`() throws {
        let run = try Self.run(try Self.frames(12_000, of: 8) + [UInt8](repeating: 1, count: 20))
        #expect(run.octets.count == 96_020)
        #expect(run.tornFrame(of: try aac()) == nil)
    }
}
