import RTP
import Testing

@Suite struct SerialArithmeticTests {
    static let examples: [(UInt8, UInt8)] = [  // RFC 1982 §5.2
        (1, 0), (44, 0), (100, 0), (100, 44), (200, 100),
        (255, 200), (0, 255), (100, 255), (0, 200), (44, 200),
    ]

    @Test(arguments: examples) func `orders numbers across the wrap`(newer: UInt8, older: UInt8) {
        #expect(newer.isNewer(than: older))
        #expect(!older.isNewer(than: newer))
    }

    @Test(arguments: [0, 1, 127, 128, 32767, 32768, 65535] as [UInt16])
    func `a number is newer than exactly those up to half the circle behind it`(start: UInt16) {
        #expect(!start.isNewer(than: start))
        #expect(start.isNewer(than: start &- 1))
        #expect(start.isNewer(than: start &- 32767))
        #expect(!start.isNewer(than: start &- 32768))
        #expect(!start.isNewer(than: start &- 32769))
    }
}
