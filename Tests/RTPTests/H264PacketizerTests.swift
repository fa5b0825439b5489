import Codecs
import RTP
import Testing

@Suite struct H264PacketizerTests {
    typealias Frames = H264Frames

    static func pack(
        _ units: [[UInt8]], _ change: (inout H264Packetizer.Configuration) -> Void = { _ in }
    ) -> PacketBatch {
        var configuration = H264Packetizer.Configuration()
        change(&configuration)
        var packetizer = H264Packetizer(
            payloadType: 96, ssrc: 7, sequenceNumber: 65_535, configuration: configuration)
        packetizer.parameterSets = Frames.sets
        var batch = PacketBatch()
        let isWhole = packetizer.packetize(
            Frames.joined(units).span.bytes, timestamp: 5, into: &batch)
        #expect(isWhole == (batch.count > 0))
        return batch
    }

    @Test(arguments: Array(1...60) + [1_199, 1_200, 1_201, 2_397, 2_398, 10_000])
    func `fragments are within the limit, few, and equal but for the last`(byteCount: Int) {
        let unit = Frames.slice(0x41, byteCount: byteCount)
        for limit in [10, 1_200] {
            let payloads = Self.pack([unit]) { $0.payloadByteCountLimit = limit }.payloads
            #expect(payloads.allSatisfy { $0.count <= limit })
            if byteCount <= limit {
                #expect(payloads == [unit])
            } else {
                let sizes = payloads.map(\.count)
                #expect(Set(sizes.dropLast()).count == 1)
                #expect(sizes.count == (byteCount - 1 + limit - 3) / (limit - 2))
                #expect((sizes.first ?? 0) - (sizes.last ?? 0) < sizes.count)
                #expect(payloads.allSatisfy { $0[0] == 0x5C && $0[1] & 0x1F == 1 })
                #expect(payloads.map { $0[1] & 0x80 != 0 } == sizes.indices.map { $0 == 0 })
                #expect(
                    payloads.map { $0[1] & 0x40 != 0 }
                        == sizes.indices.map { $0 == sizes.count - 1 })
                #expect([0x41] + payloads.flatMap { $0[2...] } == unit)
            }
        }
    }

    @Test func `numbers rise across the wrap, time stands, and only the last packet is marked`() {
        let batch = Self.pack([Frames.slice(0x41, byteCount: 3_000)])
        let headers = batch.all.compactMap { try? RTPLayout(parsing: $0.span.bytes).header }
        #expect(headers.map(\.sequenceNumber) == [65_535, 0, 1])
        #expect(headers.map(\.marker) == [false, false, true])
        #expect(headers.allSatisfy { $0.timestamp == 5 && $0.ssrc == 7 && $0.payloadType == 96 })
    }

    @Test func `a key frame without parameter sets gets them in one aggregate`() {
        let idr = Frames.slice(0x65, byteCount: 1_190)
        let aggregate = [0x78, 0, 12] + Frames.sequence + [0, 6] + Frames.picture
        #expect(Self.pack([Frames.delimiter, idr]).payloads == [aggregate, idr])
        #expect(Self.pack([Frames.sequence, Frames.picture, idr]).payloads == [aggregate, idr])
        #expect(Self.pack([idr]) { $0.insertsParameterSets = false }.payloads == [idr])
        #expect(
            Self.pack([idr]) { $0.aggregates = false }.payloads
                == [Frames.sequence, Frames.picture, idr])
    }

    @Test func `an aggregate has the highest importance of its units`() {
        let payloads = Self.pack([[0x01, 0xC0, 1], [0x41, 0xC0, 2], [0x21, 0xC0, 3]]).payloads
        #expect(
            payloads == [[0x58, 0, 3, 0x01, 0xC0, 1, 0, 3, 0x41, 0xC0, 2, 0, 3, 0x21, 0xC0, 3]])
    }

    @Test func `delimiters and filler stay behind, supplements where they may`() {
        let units: [[UInt8]] = [Frames.delimiter, [0x06, 5], [0x41, 0xC0], [0x0C, 0xFF]]
        let payloads = Self.pack(units) { $0.aggregates = false }.payloads
        #expect(payloads == [[0x06, 5], [0x41, 0xC0]])
        #expect(Self.pack(units) { $0.dropsSupplements = true }.payloads == [[0x41, 0xC0]])
    }

    @Test func `in mode 0 units go alone, and one that does not fit cannot go`() {
        let change = { (configuration: inout H264Packetizer.Configuration) in
            configuration.isNonInterleaved = false
        }
        let small = Frames.slice(0x65, byteCount: 1_200)
        #expect(Self.pack([small], change).payloads == [Frames.sequence, Frames.picture, small])
        #expect(Self.pack([Frames.slice(0x65, byteCount: 1_201)], change).count == 0)
    }

    @Test(arguments: [[], [0, 0, 0, 9, 0x41], [0, 0, 0, 1, 0x78], [0, 0, 0]] as [[UInt8]])
    func `what is no access unit is refused or empty`(bytes: [UInt8]) {
        var packetizer = H264Packetizer(payloadType: 96, ssrc: 7, sequenceNumber: 0)
        var batch = PacketBatch()
        packetizer.packetize(bytes.span.bytes, timestamp: 0, into: &batch)
        #expect(batch.count == 0)
        #expect(packetizer.sequenceNumber == 0)
    }

    @Test func `Annex B is cut as well`() {
        var packetizer = H264Packetizer(payloadType: 96, ssrc: 7, sequenceNumber: 0)
        var batch = PacketBatch()
        let bytes: [UInt8] = [0, 0, 0, 1, 0x41, 0xC0, 0, 0, 1, 0x41, 0x50]
        packetizer.packetize(bytes.span.bytes, framing: .startCodes, timestamp: 0, into: &batch)
        #expect(batch.payloads == [[0x58, 0, 2, 0x41, 0xC0, 0, 2, 0x41, 0x50]])
    }
}
