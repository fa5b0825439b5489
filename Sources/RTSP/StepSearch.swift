/// Looks for where a stream that has lost step is in step again, octet by octet.
struct StepSearch {
    /// Octets that were nothing, the one that step was lost at among them.
    private(set) var skippedByteCount = 1

    /// Looks on from `position`, and leaves there what it has come to.
    ///
    /// - Returns: Whether an item begins there; otherwise more octets are needed.
    mutating func advance(
        in buffer: [UInt8], at position: inout Int, expecting channels: ChannelSet
    ) throws(RTSPError) -> Bool {
        while position < buffer.count {
            switch Self.isBeginning(at: position, in: buffer, expecting: channels) {
            case true?: return true
            case nil: return false
            case false?:
                position += 1
                skippedByteCount += 1
            }
            guard skippedByteCount <= Self.limit else {
                throw .stepLost(byteCount: skippedByteCount)
            }
        }
        return false
    }

    /// Whether an item surely begins here; `nil` when more octets are needed to say so.
    private static func isBeginning(
        at place: Int, in buffer: [UInt8], expecting channels: ChannelSet
    ) -> Bool? {
        let available = buffer.count - place
        if buffer[place] == InterleavedFrame.dollar {
            guard available > 1 else { return nil }
            guard channels[buffer[place + 1]] else { return false }
            guard available > 4 else { return nil }
            let length = Int(buffer[place + 2]) << 8 | Int(buffer[place + 3])
            return length >= 8 && buffer[place + 4] >> 6 == 2
        }
        for (index, octet) in "RTSP/1.".utf8.enumerated() {
            guard index < available else { return nil }
            guard buffer[place + index] == octet else { return false }
        }
        return true
    }

    static let limit = 262_144
}
