/// Received, missing and silent of one stream, by its sequence numbers and times of arrival.
struct StreamCount {
    let ssrc: UInt32
    private(set) var received: Int64 = 0
    private(set) var bytes: Int64 = 0
    private(set) var highest: Int64
    private(set) var longestGap: Int64 = 0  // nanoseconds between two packets
    private var first: Int64
    private var latest: Int64 = 0

    init(ssrc: UInt32, first number: UInt16) {
        self.ssrc = ssrc
        (highest, first) = (Int64(number), Int64(number))
    }

    var lost: Int64 { highest < first ? 0 : max(highest - first + 1 - received, 0) }

    /// Counts from here on.
    mutating func begin() { (received, bytes, longestGap, first) = (0, 0, 0, highest + 1) }

    mutating func take(_ number: UInt16, byteCount: Int, at arrival: Int64) {
        let step = Int16(bitPattern: number &- UInt16(truncatingIfNeeded: highest))
        if step > 0 { highest += Int64(step) }
        if latest > 0 { longestGap = max(longestGap, arrival - latest) }
        latest = arrival
        received += 1
        bytes += Int64(byteCount)
    }
}

/// Watches one stream for its first whole key frame: what a decoder can begin with.
struct KeyframeWatch {
    private enum State {
        case waiting
        case begun(next: UInt16)
        case seen
    }

    private var state = State.waiting

    var isOver: Bool {
        switch state {
        case .seen: true
        case .waiting, .begun: false
        }
    }

    /// Takes in the start of an FU-A payload (RFC 6184 §5.8); `true` when its picture is whole.
    mutating func take(_ number: UInt16, fragmentHeader: UInt8) -> Bool {
        let (isFirst, isLast) = (fragmentHeader & 0x80 != 0, fragmentHeader & 0x40 != 0)
        var isNext = false
        if case .begun(let next) = state { isNext = next == number }
        guard fragmentHeader & 0x1F == 5, isFirst || isNext else {
            state = .waiting
            return false
        }
        state = isLast ? .seen : .begun(next: number &+ 1)
        return isLast
    }
}
