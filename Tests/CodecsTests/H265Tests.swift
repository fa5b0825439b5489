import Codecs
import Testing

@Suite struct H265Tests {
    /// What x265 wrote, in base64, as SDP has it.
    static let line =
        "profile-id=1; sprop-vps=QAEMAf//AWAAAAMAkAAAAwAAAwA8koCQ;"
        + "sprop-sps=QgEBAWAAAAMAkAAAAwAAAwA8oAoIDxZZKkkyvAWgIAAAAwAgAAADAeE=;"
        + " sprop-pps=RAHBcrRiQA==;"

    @Test func `parameter sets of SDP are read, whatever stands beside them`() {
        let sets = H265ParameterSets(formatParameters: Self.line)
        #expect(sets.isComplete)
        #expect(
            sets.units.map { H265UnitType(octet: $0[0]) } == [
                .videoParameterSet, .sequenceParameterSet, .pictureParameterSet,
            ])
        #expect(sets.picture == [0x44, 0x01, 0xC1, 0x72, 0xB4, 0x62, 0x40])
        for text in ["", "sprop-vps=", "sprop-vps=!!;sprop-sps=QAE=", "sprop-pps=AAAA"] {
            #expect(H265ParameterSets(formatParameters: text).units.isEmpty)
        }
    }

    @Test func `a set is kept by its number, and a known one is not new`() throws {
        var sets = H265ParameterSets(formatParameters: Self.line)
        let sequence = try #require(sets.sequence)
        let isKnown = !sets.learn(sequence.span.bytes)
        #expect(isKnown)
        var other: [UInt8] = [0x44, 0x01, 0x60, 0x72]  // pps_pic_parameter_set_id 2
        let isNew = sets.learn(other.span.bytes)
        other[3] = 0x73
        let isChanged = sets.learn(other.span.bytes)
        #expect(isNew && isChanged)
        #expect(sets.units.count == 4)
        #expect(sets.picture == other)
    }

    @Test func `a set cut at any octet is refused or kept, never trapped on, and all are bounded`()
    {
        var sets = H265ParameterSets(formatParameters: Self.line)
        let whole = sets.units
        for set in whole {
            for count in 0..<set.count { sets.learn(Array(set[..<count]).span.bytes) }
        }
        for id in UInt8(0)..<16 {
            for kind in UInt8(0)..<4 { sets.learn([0x40, 0x01, id << 4, kind].span.bytes) }
            sets.learn([0x44, 0x01, 0x04, id << 2 | 3].span.bytes)
        }
        #expect(sets.units.count <= H265ParameterSets.limit)
    }

    @Test func `payloads are told by their structure`() throws {
        let structures: [([UInt8], H265Payload.Structure?, UInt8)] = [
            ([0x26, 0x01, 0xAF], .single, 19), ([0x60, 0x01, 0, 9, 0x40, 1], .aggregate, 32),
            ([0x62, 0x01, 0x93], .fragment(isFirst: true, isLast: false), 19),
            ([0x62, 0x01, 0x41], .fragment(isFirst: false, isLast: true), 1),
            ([0x64, 0x01, 0], nil, 0), ([0x26], nil, 0), ([0x62, 0x01], nil, 0),
        ]
        for (payload, structure, type) in structures {
            let parsed = try? H265Payload(parsing: payload.span.bytes)
            #expect(parsed?.structure == structure)
            if let parsed { #expect(parsed.unitType.rawValue == type) }
        }
    }
}

@Suite struct FrameHeaderTests {
    @Test func `a VP8 key frame tells its size`() throws {
        let key: [UInt8] = [0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x41, 0xF0, 0x00]
        let header = try VP8FrameHeader(parsing: key.span.bytes)
        #expect(header.isKeyframe && header.isShown)
        #expect(header.size?.width == 320 && header.size?.height == 240)
        let inter = try VP8FrameHeader(parsing: ([0x01, 0, 0] as [UInt8]).span.bytes)
        #expect(!inter.isKeyframe && !inter.isShown && inter.size == nil)
        for count in 0..<key.count {
            #expect((try? VP8FrameHeader(parsing: Array(key[..<count]).span.bytes)) == nil)
        }
    }

    @Test func `a VP9 frame tells its kind, a key frame its size`() throws {
        let key: [UInt8] = [0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xF0, 0x0E, 0xF0]
        let header = try VP9FrameHeader(parsing: key.span.bytes)
        #expect(header.isKeyframe && header.profile == 0)
        #expect(header.size?.width == 320 && header.size?.height == 240)
        for count in 0..<key.count {
            #expect((try? VP9FrameHeader(parsing: Array(key[..<count]).span.bytes)) == nil)
        }
        let shown = try VP9FrameHeader(parsing: ([0x88] as [UInt8]).span.bytes)
        #expect(shown.showsExisting && !shown.isKeyframe)
        let deep = try VP9FrameHeader(  // profile 2: one more bit before the colours
            parsing: ([0x92, 0x49, 0x83, 0x42, 0x00, 0x09, 0xF8, 0x07, 0x78] as [UInt8]).span.bytes)
        #expect(deep.profile == 2 && deep.size?.width == 320 && deep.size?.height == 240)
    }

    @Test func `OBUs are walked with their sizes, and a false size ends the walk`() throws {
        let bytes: [UInt8] = [0x12, 0x00, 0x0E, 0x28, 0x81, 0x00, 9, 0x30, 1, 2]
        var walk = AV1OBUs(bytes.span.bytes)
        var found: [[UInt8]] = []
        while let unit = walk.next() { found.append(unit.payload.withUnsafeBytes { Array($0) }) }
        #expect(found == [[], [9], [1, 2]])
        let isWhole = !walk.isMalformed
        #expect(isWhole)
        for bad in [[0x12, 0x01], [0x12, 0x80], [0x92, 0x00], [0x16]] as [[UInt8]] {
            var walk = AV1OBUs(bad.span.bytes)
            while walk.next() != nil {}
            let isMalformed = walk.isMalformed
            #expect(isMalformed)
        }
    }
}
