/// What a packetizer writes into its packets' headers: the stream's own marks, and a number for each.
struct PacketStamp: Sendable {
    let payloadType: UInt8
    let ssrc: UInt32
    var sequenceNumber: UInt16

    /// The next packet's header.
    mutating func header(timestamp: UInt32, marker: Bool = false) -> RTPHeader {
        defer { sequenceNumber &+= 1 }
        return RTPHeader(
            payloadType: payloadType, sequenceNumber: sequenceNumber, timestamp: timestamp,
            ssrc: ssrc, marker: marker)
    }
}

/// Into how many pieces of what length `byteCount` octets are cut so that none is longer than `limit`
/// and all but the last are equal.
func equalPieces(of byteCount: Int, limit: Int) -> Int {
    let limit = max(1, limit)
    let count = max(1, (byteCount + limit - 1) / limit)
    return max(1, (byteCount + count - 1) / count)
}
