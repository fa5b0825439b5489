import Testing

@testable import Ciphers

@Suite struct ReplayWindowTests {
    /// The newest index, a sequence number that arrives, and where it lies (RFC 3711 §3.3.1).
    static let estimates: [(UInt64, UInt16, UInt64)] = [
        (0, 1, 1), (0, 0, 0), (100, 50, 50), (0xFFFF, 0, 0x1_0000), (0xFFFF, 0xFFFE, 0xFFFE),
        (0x1_0000, 0xFFFF, 0xFFFF), (0x1_7FFF, 0, 0x1_0000), (0x1_8001, 0, 0x2_0000),
        (0x1_0005, 0x8001, 0x1_8001), (0x5_FFF0, 3, 0x6_0003), (5, 0xFFF0, 0xFFF0),
        (0xFFFF_FFFF_FFFF, 2, 0xFFFF_FFFF_0002), (0x1_0005, 0x8005, 0x1_8005),
        (0x1_0005, 0x8006, 0x8006), (0x1_8005, 5, 0x1_0005), (0x1_8005, 4, 0x2_0004),
    ]

    @Test(arguments: estimates) func `takes the rollover that lies nearest`(
        newest: UInt64,
        arriving: UInt16,
        expected: UInt64
    ) {
        var window = ReplayWindow()
        window.insert(newest)
        #expect(window.estimatedIndex(of: arriving) == expected)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 1_022, 1_023, 0xFFFF, 1 << 32] as [UInt64])
    func `remembers as a set of the last 1024 would`(start: UInt64) {
        var window = ReplayWindow()
        var seen: Set<UInt64> = []
        var newest = start
        var random = SplitMix(state: start)
        for _ in 0..<5_000 {
            let back = UInt64.random(in: 0...1_100, using: &random)
            let step = UInt64.random(in: 0...20, using: &random)
            let ahead = step == 20 ? 1_000 : step / 8
            let index = Bool.random(using: &random) ? newest + ahead : newest - min(newest, back)
            let isTooOld = !seen.isEmpty && index + 1_024 <= newest
            #expect(window.refuses(index) == (isTooOld || seen.contains(index)))
            guard !window.refuses(index) else { continue }
            window.insert(index)
            seen.insert(index)
            newest = max(newest, index)
        }
    }

    @Test func `asking changes nothing`() {
        var window = ReplayWindow()
        #expect(!window.refuses(7))
        #expect(!window.refuses(7))
        window.insert(7)
        #expect(window.refuses(7))
        #expect(!window.refuses(6))
    }
}
