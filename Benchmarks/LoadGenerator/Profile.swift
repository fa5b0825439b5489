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
        var phase: Int64 = 0  // nanoseconds after the start

        var isVideo: Bool { payloadType == Profile.videoType }
    }

    let streams: [Stream]

    var hasVideo: Bool { streams.contains(where: \.isVideo) }

    /// 2.1 Mbit/s of 30 frames a second in nine packets each, spread as they leave an encoder's
    /// pacer, and Opus of 20 ms: 320 packets a second.
    static let live = Profile(streams: [
        Stream(
            payloadType: videoType, payloadByteCount: 960, packetsPerGroup: 9,
            groupInterval: 33_333_333, isSpread: true, ticksPerGroup: 3000),
        opus(after: 0),
    ])

    /// Some times a second eight packets of 1100 octets at once.
    static func burst8(perSecond rate: Double) -> Profile {
        Profile(streams: [
            Stream(
                payloadType: videoType, payloadByteCount: 1088, packetsPerGroup: 8,
                groupInterval: Int64(1e9 / rate), isSpread: false,
                ticksPerGroup: UInt32(90_000 / rate))
        ])
    }

    /// Three who speak at once, each 50 packets a second of 160 octets, out of step.
    static let audio = Profile(streams: [
        opus(after: 0), opus(after: 6_600_000), opus(after: 13_300_000),
    ])

    private static func opus(after phase: Int64) -> Stream {
        Stream(
            payloadType: 111, payloadByteCount: 148, packetsPerGroup: 1,
            groupInterval: 20_000_000, isSpread: false, ticksPerGroup: 960, phase: phase)
    }

    static let videoType: UInt8 = 96
    /// The first stream's; the others follow.
    static let firstSSRC: UInt32 = 0x5151_0000
    /// Where in a payload the publisher writes when it sent the packet, in nanoseconds of the
    /// monotonic clock: behind what says which part of which picture it is.
    static let stampOffset = 8
}
