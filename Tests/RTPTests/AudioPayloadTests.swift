import Codecs
import RTP
import Testing
import Timing
import Wire

@Suite struct AudioPayloadTests {
    /// AAC-LC, 48 kHz, stereo.
    static let line =
        "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
        + "indexdeltalength=3;config=1190"

    static func receiver(_ line: String = line) throws -> TrackReceiver<AACDepacketizer> {
        let parameters = try #require(
            MPEG4GenericParameters(line, clockRate: 48_000, channelCount: 2))
        return TrackReceiver(AACDepacketizer(parameters, clockRate: 48_000), payloadType: 96)
    }

    static func payload(_ frames: [[UInt8]]) -> [UInt8] {
        let bits = UInt16(frames.count * 16)
        let headers = frames.flatMap { frame in
            [UInt8(frame.count >> 5), UInt8(truncatingIfNeeded: frame.count << 3)]
        }
        return [UInt8(bits >> 8), UInt8(bits & 0xFF)] + headers + frames.flatMap { $0 }
    }

    static func fragment(_ piece: ArraySlice<UInt8>, of count: Int) -> [UInt8] {
        [0, 16, UInt8(count >> 5), UInt8(truncatingIfNeeded: count << 3)] + piece
    }

    @Test func `several frames of a packet are 1024 samples apart`() throws {
        let frames: [[UInt8]] = [[1, 2, 3], [4], [UInt8](repeating: 5, count: 700)]
        var receiver = try Self.receiver()
        let out = receiver.units(of: [packet(Self.payload(frames), number: 1, timestamp: 1_000)])
        #expect(out.map(\.bytes) == frames)
        #expect(out.map(\.timestamp) == [1_000, 2_024, 3_048])
    }

    @Test func `a frame in several packets is put together`() throws {
        let frame = (0..<2_500).map { UInt8(truncatingIfNeeded: $0) }
        var receiver = try Self.receiver()
        let pieces = [frame[..<1_000], frame[1_000..<2_000], frame[2_000...]]
        let packets = pieces.enumerated().map { index, piece in
            packet(
                Self.fragment(piece, of: frame.count), number: UInt16(index), timestamp: 7,
                marker: index == 2)
        }
        #expect(receiver.units(of: packets).map(\.bytes) == [frame])
        for lost in 0..<3 {
            var receiver = try Self.receiver()
            var cut = [packet(Self.payload([[9]]), number: 65_535)] + packets
            cut.remove(at: lost + 1)
            cut.append(packet(Self.payload([[8]]), number: 3, timestamp: 1_031))
            let out = receiver.units(of: cut)
            #expect(out.map(\.bytes) == [[9], [8]])
            #expect(out.map(\.followsLoss) == [false, true])
        }
    }

    @Test func `ADTS inside is taken off`() throws {
        let configuration = try #require(
            AudioSpecificConfig(sampleRate: 48_000, channelCount: 2))
        let header = try #require(ADTSHeader(configuration, payloadByteCount: 4))
        var writer = ByteWriter()
        header.write(to: &writer)
        var receiver = try Self.receiver()
        let out = receiver.units(
            of: [packet(Self.payload([writer.bytes + [1, 2, 3, 4]]), number: 1)])
        #expect(out.map(\.bytes) == [[1, 2, 3, 4]])
    }

    @Test func `fields that fmtp announces are stepped over`() throws {
        let line =
            "mode=AAC-lbr; sizeLength=6; indexLength=2; indexDeltaLength=2; CTSDeltaLength=4; "
            + "randomAccessIndication=1; config=1190; auxiliaryDataSizeLength=8;"
        var receiver = try Self.receiver(line)
        // size 2, index 0, no CTS, random access; size 1, delta 0, CTS 5, no random access.
        let headers: [UInt8] = [0b000010_00, 0b0_1_000001, 0b00_1_0101_0]
        let payload = [0, 24] + headers + [3, 0b101_00000, 7, 8, 9]
        let out = receiver.units(of: [packet(payload, number: 1)])
        #expect(out.map(\.bytes) == [[7, 8], [9]])
    }

    @Test func `each payload cut at any octet is counted, never trapped on`() throws {
        let whole = Self.payload([[1, 2, 3], [4, 5]])
        for count in 1..<whole.count {
            var receiver = try Self.receiver()
            let out = receiver.units(of: [packet(Array(whole[..<count]), number: 1)])
            #expect(out.count <= 1)
            #expect(out.allSatisfy { $0.bytes == [1, 2, 3] })
        }
    }

    @Test(arguments: [
        "config=119", "config=zz", "", "sizelength=0;config=1190", "sizelength=99;config=1190",
    ]) func `parameters that make no sense are refused, missing ones come from rtpmap`(line: String)
    {
        let parameters = MPEG4GenericParameters(line, clockRate: 48_000, channelCount: 2)
        #expect((parameters != nil) == !line.hasPrefix("size"))
        #expect(MPEG4GenericParameters(line, clockRate: 12_345, channelCount: 2) == nil)
    }

    struct Line: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var parameters: String
        var rate: Int
        var channels: Int
        var sizes: [Int]
    }

    static let lines = [
        Line(
            testDescription: "low bit rate, RFC 3640 §4.4",
            parameters:
                "streamtype=5; profile-level-id=14; mode=AAC-lbr; config=1388; sizeLength=6; "
                + "indexLength=2; indexDeltaLength=2; constantDuration=1024; maxDisplacement=5",
            rate: 22_050, channels: 1, sizes: [6, 2, 2]),
        Line(
            testDescription: "high bit rate, RFC 3640 §4.5",
            parameters:
                "streamtype=5; profile-level-id=16; mode=AAC-hbr; config=11B0; sizeLength=13; "
                + "indexLength=3; indexDeltaLength=3; constantDuration=1024",
            rate: 48_000, channels: 6, sizes: [13, 3, 3]),
        Line(
            testDescription: "a camera that writes an ADTS header behind",
            parameters: "profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
                + "indexdeltalength=3;config=1210fff15081ffdffc",
            rate: 44_100, channels: 2, sizes: [13, 3, 3]),
    ]

    @Test(arguments: lines) func `what fmtp says of AAC is read`(line: Line) throws {
        let parameters = try #require(
            MPEG4GenericParameters(line.parameters, clockRate: 8_000, channelCount: 1))
        #expect(parameters.configuration.objectType == 2)
        #expect(parameters.configuration.sampleRate == line.rate)
        #expect(parameters.configuration.channelCount == line.channels)
        #expect(
            [parameters.sizeLength, parameters.indexLength, parameters.indexDeltaLength]
                == line.sizes)
    }

    @Test func `Opus and G 711 pass as they are`() {
        var packetizer = AudioPacketizer(payloadType: 111, ssrc: 3, sequenceNumber: 65_535)
        var batch = PacketBatch()
        let frames: [[UInt8]] = [[0x78, 1], [0x78, 2, 3], [0x78]]
        for (index, frame) in frames.enumerated() {
            packetizer.packetize(
                frame.span.bytes, timestamp: UInt32(index) &* 960 &- 960, marker: index == 0,
                into: &batch)
        }
        var receiver = TrackReceiver(AudioDepacketizer(), payloadType: 111)
        let out = receiver.units(of: batch.all)
        #expect(out.map(\.bytes) == frames)
        #expect(zip(out, out.dropFirst()).allSatisfy { $1.timestamp - $0.timestamp == 960 })
        let markers = batch.all.compactMap { try? RTPLayout(parsing: $0.span.bytes).header.marker }
        #expect(markers == [true, false, false])
    }
}

@Suite struct ReorderingDetectorTests {
    static func evidence(_ timestamps: [Int64]) -> ReorderingDetector.Evidence? {
        var detector = ReorderingDetector()
        for timestamp in timestamps {
            detector.accessUnitArrived(timestamp: timestamp, isBidirectional: false)
        }
        return detector.evidence
    }

    @Test func `B-frames show by timestamps that go back and return`() {
        #expect(Self.evidence([0, 3, 1, 2, 6, 4, 5, 9]) == .timestampsGoBack)
        #expect(Self.evidence([0, 4, 2, 1, 3, 8, 6, 5, 7, 12]) == .timestampsGoBack)
    }

    @Test(
        arguments: [
            [0, 1, 2, 3, 4], [0, 1, 1, 2, 2], [0, 1, 9, 2, 10, 11],
            Array(100..<200) + Array(0..<90),
        ] as [[Int64]])
    func `one fault of a clock, a jump or a standstill proves nothing`(timestamps: [Int64]) {
        #expect(Self.evidence(timestamps) == nil)
    }

    @Test func `two B slices are enough`() {
        var detector = ReorderingDetector()
        detector.accessUnitArrived(timestamp: 1, isBidirectional: true)
        #expect(detector.evidence == nil)
        detector.accessUnitArrived(timestamp: 2, isBidirectional: true)
        #expect(detector.evidence == .bidirectionalSlices)
    }
}

@Suite struct LATMTests {
    /// RFC 6416 §7.3.1's manner: AAC-LC, 24 kHz, two channels, one frame in an element.
    static let line = "profile-level-id=1; object=2; cpresent=0; config=400026203fc0"

    static func receiver(_ line: String = line) throws -> TrackReceiver<LATMDepacketizer> {
        let parameters = try #require(LATMParameters(line))
        return TrackReceiver(LATMDepacketizer(parameters, clockRate: 24_000), payloadType: 96)
    }

    @Test func `the decoder's configuration is taken out of the multiplex's`() throws {
        let parameters = try #require(LATMParameters(Self.line))
        #expect(parameters.configuration.bytes == [0x13, 0x10])
        #expect(parameters.configuration.sampleRate == 24_000)
        #expect(parameters.configuration.channelCount == 2)
        #expect(parameters.framesPerElement == 1)
    }

    @Test func `GStreamer ends the multiplex's description behind the decoder's`() throws {
        let parameters = try #require(LATMParameters("cpresent=0;config=40002320"))
        #expect(parameters.configuration.sampleRate == 48_000)
        #expect(parameters.configuration.channelCount == 2)
        #expect(parameters.framesPerElement == 1)
    }

    @Test(arguments: [
        "config=400026203fc0", "cpresent=1;config=400026203fc0", "cpresent=0;config=4000",
        "cpresent=0;config=c00026203fc0", "cpresent=0;config=401026203fc0", "cpresent=0",
    ]) func `what is described elsewhere or is more than one stream is refused`(line: String) {
        #expect(LATMParameters(line) == nil)
    }

    @Test func `frames follow their lengths, in one packet and in several`() throws {
        let frame = (0..<600).map { UInt8(truncatingIfNeeded: $0) }
        let element = [255, 255, 90] + frame
        var receiver = try Self.receiver()
        let out = receiver.units(of: [
            packet(element, number: 1, timestamp: 0, marker: true),
            packet(Array(element[..<200]), number: 2, timestamp: 1_024),
            packet(Array(element[200...]), number: 3, timestamp: 1_024, marker: true),
        ])
        #expect(out.map(\.bytes) == [frame, frame])
        #expect(out.map(\.timestamp) == [0, 1_024])
    }

    @Test func `several frames in an element are a frame's time apart`() throws {
        var receiver = try Self.receiver("cpresent=0;config=410026203fc0")
        let out = receiver.units(of: [packet([1, 7, 2, 8, 9], number: 1, marker: true)])
        #expect(out.map(\.bytes) == [[7], [8, 9]])
        #expect(out.map(\.timestamp) == [0, 1_024])
    }

    @Test func `what does not add up is counted, and nothing of it comes out`() throws {
        var receiver = try Self.receiver()
        let whole: [UInt8] = [255, 0] + [UInt8](repeating: 3, count: 255)
        for count in 1..<whole.count {
            let cut = packet(Array(whole[..<count]), number: UInt16(count), marker: true)
            #expect(receiver.units(of: [cut]).isEmpty)
        }
        #expect(receiver.depacketizer.statistics[.malformed] == whole.count - 1)
    }
}
