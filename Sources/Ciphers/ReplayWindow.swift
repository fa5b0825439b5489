/// What has arrived of one SSRC: estimates a packet's index and refuses the second copy
/// (RFC 3711 §3.3.1, §3.3.2, App. A).
///
/// Asking changes nothing; only `insert`, after authentication, does.
struct ReplayWindow {
    /// Packets behind the newest one that are still taken.
    static let size: UInt64 = 1024

    private var highest: UInt64?
    private var words: Words = .init()  // a ring of bits by index modulo `size`

    /// Where a sequence number most likely lies: at the rollover that brings it nearest to the
    /// newest one.
    func estimatedIndex(of sequenceNumber: UInt16) -> UInt64 {
        guard let highest else { return UInt64(sequenceNumber) }
        let newest = UInt16(truncatingIfNeeded: highest)
        var rollover = highest >> 16
        if newest < 0x8000 {
            // Nothing precedes rollover 0: there the packet lies ahead after all.
            if sequenceNumber > newest + 0x8000, rollover > 0 { rollover -= 1 }
        } else if sequenceNumber < newest - 0x8000, rollover < 0xFFFF_FFFF {
            rollover += 1
        }
        return rollover << 16 | UInt64(sequenceNumber)
    }

    /// Whether a packet of this index has been taken before, or lies too far back to know.
    func refuses(_ index: UInt64) -> Bool {
        guard let highest, index <= highest else { return false }
        return highest - index >= Self.size || words.contains(index)
    }

    /// Remembers an authentic packet.
    mutating func insert(_ index: UInt64) {
        if let highest, index > highest {
            if index - highest >= Self.size {
                words = Words()
            } else {
                for passed in highest + 1..<index { words.set(passed, to: false) }
            }
        }
        highest = max(highest ?? index, index)
        words.set(index, to: true)
    }
}

/// 1024 bits inside the value: an array would be one more allocation a source.
private struct Words {
    private var bits: InlineArray<16, UInt64> = .init(repeating: 0)

    func contains(_ index: UInt64) -> Bool {
        bits[Int(index >> 6 & 15)] >> (index & 63) & 1 == 1
    }

    mutating func set(_ index: UInt64, to isSet: Bool) {
        let (word, mask) = (Int(index >> 6 & 15), UInt64(1) << (index & 63))
        if isSet { bits[word] |= mask } else { bits[word] &= ~mask }
    }
}
