import Codecs
import Testing

@Suite struct NALUnitsTests {
    static func units(_ bytes: [UInt8], _ framing: NALUnitFraming) -> (units: [[UInt8]], bad: Bool)
    {
        var walk = NALUnits(bytes.span.bytes, framing: framing)
        var units: [[UInt8]] = []
        while let unit = walk.next() { units.append(unit.withUnsafeBytes { Array($0) }) }
        return (units, walk.isMalformed)
    }

    @Test func `start codes of three and four octets part the units`() {
        let bytes: [UInt8] = [0, 0, 0, 1, 9, 0xF0, 0, 0, 1, 0x67, 1, 0, 2, 0, 0, 0, 1, 0x65]
        let (units, isMalformed) = Self.units(bytes, .startCodes)
        #expect(units == [[9, 0xF0], [0x67, 1, 0, 2], [0x65]])
        #expect(!isMalformed)
    }

    @Test func `trailing zeros and empty units are no units`() {
        let bytes: [UInt8] = [0, 0, 1, 0, 0, 1, 5, 6, 0, 0, 0, 0, 0, 1]
        #expect(Self.units(bytes, .startCodes).units == [[5, 6]])
    }

    @Test(arguments: [1, 2, 4]) func `lengths part the units`(octets: Int) {
        let units: [[UInt8]] = [[1, 2, 3], [0, 0, 1], [9]]
        let bytes = units.flatMap { unit in
            [UInt8](repeating: 0, count: octets - 1) + [UInt8(unit.count)] + unit
        }
        #expect(Self.units(bytes, .lengths(octets: octets)) == (units, false))
    }

    @Test func `a walk over a cut access unit ends at the cut and says so`() {
        let bytes: [UInt8] = [0, 0, 0, 2, 7, 7, 0, 0, 0, 3, 8, 8, 8]
        for count in 0..<bytes.count {
            let walk = Self.units(Array(bytes[..<count]), .lengths(octets: 4))
            #expect(walk.units == (count < 6 ? [] : [[7, 7]]))
            #expect(walk.bad == (count != 0 && count != 6))
        }
    }

    @Test(arguments: [0, 5]) func `lengths are one to four octets`(octets: Int) {
        #expect(Self.units([0, 0, 0, 0, 0, 1, 1], .lengths(octets: octets)).bad)
    }

    @Test func `octets without a start code are malformed, none at all are empty`() {
        #expect(Self.units([1, 2, 3, 4], .startCodes) == ([], true))
        #expect(Self.units([], .startCodes) == ([], false))
    }

    @Test(arguments: 0..<40) func `a start code is found wherever it lies among other octets`(
        count: Int
    ) {
        for zeros in 0...3 {
            let first = [UInt8](repeating: 0x41, count: count + 1)
            let padding = [UInt8](repeating: 0, count: zeros)
            let bytes = [0, 0, 1] + first + padding + [0, 0, 1, 0x65, 0, 2, 0, 1, 1] + first
            let units = Self.units(bytes, .startCodes).units
            #expect(units == [first, [0x65, 0, 2, 0, 1, 1] + first])
        }
    }

    @Test func `the next unit's first octet is known before its end`() {
        let bytes: [UInt8] = [0, 0, 0, 1, 9, 0xF0, 0, 0, 1, 0x65]
        var walk = NALUnits(bytes.span.bytes, framing: .startCodes)
        #expect(walk.nextHeader == 9)
        _ = walk.next()
        #expect(walk.nextHeader == 0x65)
        _ = walk.next()
        #expect(walk.nextHeader == nil)
        let prefixed: [UInt8] = [0, 1, 7]
        #expect(NALUnits(prefixed.span.bytes, framing: .lengths(octets: 2)).nextHeader == 7)
    }

    @Test func `emulation prevention is undone`() {
        let unit: [UInt8] = [0x67, 0, 0, 3, 1, 0, 0, 3, 0, 0, 3]
        #expect(NALUnits.rawByteSequence(of: unit.span.bytes) == [0x67, 0, 0, 1, 0, 0, 0, 0])
    }
}
