/// What is published: which packet of which stream leaves when.
struct Profile {
    /// One stream of equal packets.
    struct Stream {
        let payloadType: UInt8
        let payloadByteCount: Int  // of RTP, before sealing
        let packetsPerGroup: Int
        let groupInterval: Int64  // nanoseconds
        let isSpread: Bool  // over the interval; else back to back
        let ticksPerGroup: UInt32
    }

    let streams: [Stream]

    /// 2.1 Mbit/s of 30 frames a second in nine packets each, spread as they leave an encoder's
    /// pacer, and Opus of 20 ms: 320 packets a second.
    static let live = Profile(streams: [
        Stream(
            payloadType: 96, payloadByteCount: 960, packetsPerGroup: 9,
            groupInterval: 33_333_333, isSpread: true, ticksPerGroup: 3000),
        Stream(
            payloadType: 111, payloadByteCount: 148, packetsPerGroup: 1,
            groupInterval: 20_000_000, isSpread: false, ticksPerGroup: 960),
    ])

    /// Fifty times a second eight packets of 1100 octets at once.
    static let burst8 = Profile(streams: [
        Stream(
            payloadType: 96, payloadByteCount: 1088, packetsPerGroup: 8,
            groupInterval: 20_000_000, isSpread: false, ticksPerGroup: 1800)
    ])
}
