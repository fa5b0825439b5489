/// Whose packets come on which interleaved channel.
struct ChannelTable {
    struct Place: Equatable {
        let track: Int
        let isRTCP: Bool
    }

    private var places: [UInt8] = Array(repeating: unused, count: 256)  // track × 2 + RTCP
    private(set) var used = ChannelSet()

    subscript(channel: UInt8) -> Place? {
        let place = places[Int(channel)]
        guard place != Self.unused else { return nil }
        return Place(track: Int(place >> 1), isRTCP: place & 1 == 1)
    }

    /// Whether nobody uses `channel`.
    func isFree(_ channel: UInt8) -> Bool { !used[channel] }

    /// Gives a track its two channels. RTP has precedence where both are one, or where RTCP's
    /// is taken.
    mutating func assign(track: Int, rtp: UInt8, rtcp: UInt8) {
        let place = UInt8(truncatingIfNeeded: track << 1)
        if isFree(rtcp) { places[Int(rtcp)] = place | 1 }
        places[Int(rtp)] = place
        (used[rtp], used[rtcp]) = (true, true)
    }

    private static let unused: UInt8 = 0xFF
}
