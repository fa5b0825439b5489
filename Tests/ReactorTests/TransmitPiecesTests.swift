import Testing
import Wire

@testable import Reactor

@Suite struct TransmitPiecesTests {
    struct Example: CustomTestStringConvertible {
        var byteCount: Int
        var segmentLength: Int
        var segmentation = true
        var pieces: [Int]
        var testDescription: String { "\(byteCount) octets by \(segmentLength)" }
    }

    static let examples = [
        Example(byteCount: 1200, segmentLength: 1200, pieces: [1200]),
        Example(byteCount: 0, segmentLength: 1, pieces: [0]),
        Example(byteCount: 3000, segmentLength: 1200, pieces: [3000]),
        Example(byteCount: 6400, segmentLength: 100, pieces: [6400]),
        Example(byteCount: 6401, segmentLength: 100, pieces: [6400, 1]),
        Example(byteCount: 12_850, segmentLength: 100, pieces: [6400, 6400, 50]),
        Example(byteCount: 66_000, segmentLength: 1200, pieces: [64_800, 1200]),
        Example(byteCount: 65_487, segmentLength: 65_487, pieces: [65_487]),
        Example(byteCount: 70_000, segmentLength: 40_000, pieces: [40_000, 30_000]),
        Example(
            byteCount: 3000,
            segmentLength: 1200,
            segmentation: false,
            pieces: [1200, 1200, 600]
        ),
    ]

    @Test(arguments: examples)
    func `cuts a run only between segments, within what one send takes`(example: Example) throws {
        var run = Transmit(
            destination: Endpoint(ipv4: 0x7F00_0001, port: 9),
            offset: 7,
            byteCount: example.byteCount,
            segmentLength: example.segmentLength
        )
        let limit = run.pieceByteCount(segmentation: example.segmentation)
        var pieces: [Transmit] = []
        repeat { pieces.append(run.removeFirst(limit)) } while run.byteCount > 0

        #expect(pieces.map(\.byteCount) == example.pieces)
        var offset = 7
        for piece in pieces {
            #expect(piece.offset == offset)
            #expect(piece.segmentCount <= 64)
            offset += piece.byteCount
        }
        #expect(offset == 7 + example.byteCount)
    }
}
