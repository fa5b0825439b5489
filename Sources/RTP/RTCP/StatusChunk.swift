import Wire

/// Sixteen bits that say how a stretch of packets fared (draft-holmer-…-01 §3.1.2...4).
///
/// ```
/// |0| S |        run length       |   run of one symbol, 0...8191 packets
/// |1|0|      14 symbols of 1 bit  |   0 lost, 1 arrived with a small delta
/// |1|1|       7 symbols of 2 bits |   0 lost, 1 small delta, 2 large or negative delta
/// ```
struct StatusChunk {
    var bits: UInt16

    /// How many packets the chunk speaks of; the last chunk's surplus means nothing.
    var count: Int {
        guard bits & 0x8000 != 0 else { return Int(bits & 0x1FFF) }
        return bits & 0x4000 == 0 ? 14 : 7
    }

    var isRunOfLosses: Bool { bits & 0xE000 == 0 }

    func symbol(at index: Int) -> UInt8 {
        guard bits & 0x8000 != 0 else { return UInt8(bits >> 13 & 3) }
        return bits & 0x4000 == 0
            ? UInt8(bits >> (13 - index) & 1) : UInt8(bits >> (12 - 2 * index) & 3)
    }

    /// Writes `symbols` in as few chunks as looking one chunk ahead gives.
    static func write(_ symbols: [UInt8], to writer: inout ByteWriter) {
        var rest = symbols[...]
        while let first = rest.first {
            let run = rest.prefix(8191).prefix { $0 == first }.count
            let small = rest.prefix(14).allSatisfy { $0 < 2 }
            let capacity = small ? 14 : 7
            let taken: Int
            if run >= min(capacity, rest.count) {
                writer.write(UInt16(first) << 13 | UInt16(run))
                taken = run
            } else {
                writer.write(vector(rest.prefix(capacity), isOneBit: small))
                taken = min(capacity, rest.count)
            }
            rest = rest.dropFirst(taken)
        }
    }

    private static func vector(_ symbols: ArraySlice<UInt8>, isOneBit: Bool) -> UInt16 {
        var bits: UInt16 = isOneBit ? 0x8000 : 0xC000
        for (index, symbol) in symbols.enumerated() {
            bits |= UInt16(symbol) << UInt16(isOneBit ? 13 - index : 12 - 2 * index)
        }
        return bits
    }
}
