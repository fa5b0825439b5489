/// What the checker remembers of one PID.
struct StreamObservation {
    var lastPacket: [UInt8] = []
    var lastCounter: UInt8?
    var hasRepeated = false
    var decodeTime: Int64?

    /// Octets its PES packet still lacks; `nil` where the packet does not say.
    var missing: Int?

    /// By the clock, ticks of 27 MHz: when a packet was last seen, and a stamp.
    var lastSeen: Int64?
    var lastStamped: Int64?
}

/// Something whose time is known once the next clock reference has come.
struct TimedObservation {
    enum Kind {
        case association
        case map(pid: UInt16)
        case stream(pid: UInt16)
        case stamp(pid: UInt16, decodeStamp: UInt64)
    }

    let kind: Kind
    let offset: Int
}
