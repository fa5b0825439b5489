import Codecs
import Testing

@Suite struct H264ParameterSetsTests {
    // 640×360, High, as x264 writes them.
    static let sequence: [UInt8] = [
        0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11,
    ]
    static let picture: [UInt8] = [0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0]

    static func learn(_ unit: [UInt8], in sets: inout H264ParameterSets) -> Bool {
        sets.learn(unit.span.bytes)
    }

    @Test func `sets are read from SDP`() {
        let sets = H264ParameterSets(spropParameterSets: "Z2QAHqzZQKAv+XAR,aOvjyyLA")
        #expect(sets.isComplete)
        #expect(sets.sequence == Self.sequence)
        #expect(sets.picture == Self.picture)
    }

    @Test(arguments: ["", ",", "Z2QAHqzZQKAv+XAR", "aOvjyyLA", "!!!,aOvjyyLA", "Zw==,aA=="])
    func `sets that are missing or malformed make nothing complete`(text: String) {
        #expect(!H264ParameterSets(spropParameterSets: text).isComplete)
    }

    @Test func `start codes inside SDP are stepped over, as some cameras write them`() {
        // 00 00 00 01 before either set, both in one.
        let sets = H264ParameterSets(spropParameterSets: "AAAAAWdkAB6s2UCgL/lwEQAAAAFo6+PLIsA=")
        #expect(sets.units == [Self.sequence, Self.picture])
    }

    @Test func `the stream's sets replace those of the same number`() {
        var sets = H264ParameterSets()
        #expect(Self.learn(Self.picture, in: &sets))
        #expect(Self.learn(Self.sequence, in: &sets))
        #expect(!Self.learn(Self.sequence, in: &sets))
        var other = Self.sequence
        other[11] = 0x12
        #expect(Self.learn(other, in: &sets))
        #expect(sets.units == [other, Self.picture])
    }

    @Test func `what is no parameter set is passed over`() {
        var sets = H264ParameterSets()
        for unit: [UInt8] in [[], [0x67], [0x65, 0x88], [0x68, 0x00, 0x00], [0x67, 1, 2, 3]] {
            #expect(!Self.learn(unit, in: &sets))
        }
        #expect(sets == H264ParameterSets())
    }

    @Test func `a stranger's many sets are bounded`() {
        var sets = H264ParameterSets()
        for id in UInt8(0)..<127 {  // of ue(id): a few leading zeros, then id + 1
            let code = UInt32(id) + 1
            let width = 32 - UInt32(code.leadingZeroBitCount)
            let bits = code << (16 - (2 * width - 1))
            let unit = [0x68, UInt8(bits >> 8), UInt8(bits & 0xFF)]
            #expect(Self.learn(unit, in: &sets))
        }
        #expect(sets.units.count == H264ParameterSets.limit)
    }
}

@Suite struct H264UnitTypeTests {
    @Test func `the units of an aggregate are walked uncopied, and a cut one is malformed`() {
        let payload: [UInt8] = [0x78, 0, 2, 0x67, 1, 0, 3, 0x68, 2, 3]
        for count in 0...payload.count {
            let cut = Array(payload[..<count])
            var walk = NALUnits(stapA: cut.span.bytes)
            var units: [[UInt8]] = []
            while let unit = walk.next() { units.append(unit.withUnsafeBytes { Array($0) }) }
            let whole: [[UInt8]] = [[0x67, 1], [0x68, 2, 3]]
            #expect(units == Array(whole.prefix(count < 5 ? 0 : count < 10 ? 1 : 2)))
            #expect(walk.isMalformed == ![0, 1, 5, 10].contains(count))
        }
    }

    // slice_type after first_mb_in_slice 0 (§9.1's codes).
    static let starts: [(octet: UInt8, isBidirectional: Bool)] = [
        (0b1_1_000000, false), (0b1_010_0000, true), (0b1_011_0000, false),
        (0b1_00100_00, false), (0b1_00101_00, false), (0b1_00110_00, false),
        (0b1_00111_00, true), (0b1_0001000, false), (0b1_0001001, false), (0b1_0001010, false),
    ]

    @Test(arguments: starts) func `a first slice tells its type`(octet: UInt8, isB: Bool) {
        let start = H264SliceStart(octet: octet)
        #expect(start.isFirst)
        #expect(start.isBidirectional == isB)
    }

    @Test func `a later slice begins no picture`() {
        #expect(H264SliceStart(octet: 0b010_010_00) == H264SliceStart(octet: 0))
        #expect(!H264SliceStart(octet: 0b010_010_00).isFirst)
    }

    @Test func `types one to five are pictures`() {
        let pictures = (UInt8(0)..<32).filter { H264UnitType(octet: 0xE0 | $0).isPicture }
        #expect(pictures == [1, 2, 3, 4, 5])
        #expect(H264UnitType(octet: 0x65) == .idrSlice)
    }
}
