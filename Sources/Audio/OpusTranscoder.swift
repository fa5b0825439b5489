import Codecs

/// Makes Opus of AAC or G.711, frame by frame, on one sample-accurate line of time.
///
/// The source's timestamps are the line: 48 000 ticks a second instead of its own, from the same
/// origin. Each packet bears the time of the first sample that a decoder makes of it, the encoder's
/// look-ahead of 312 samples taken into account. Packets follow each other 960 ticks apart.
///
/// - A frame that is missing or malformed becomes silence, as does any gap of up to
///   `Configuration.longestSilence`; over a longer one the timestamps jump and `isFirst` is set.
/// - Where samples and timestamps drift apart by more than 10 ms, sound is stretched by at most
///   0.1 %. Frames that come from the past by more than 40 ms are left out; a jump back of more than
///   `longestSilence` begins a new line.
public struct OpusTranscoder: ~Copyable {
    /// How sound is made.
    public struct Configuration: Hashable, Sendable {
        /// How packets are encoded; the channels are the source's, at most two.
        public var encoder = OpusEncoder.Configuration()
        /// Ticks of 48 000 a second that are filled with silence at most.
        public var longestSilence = 48_000
        /// Packets that wait for their owner at most; then the oldest goes.
        public var packetLimit = 150

        /// 64 kbit/s, gaps of a second filled, three seconds of packets.
        public init() {}
    }

    /// What became of the frames.
    public internal(set) var statistics = TranscodingStatistics()

    let clockRate: Int64
    let configuration: Configuration
    let channelCount: Int
    private var decoder: AudioDecoder
    var encoder: OpusEncoder
    var resampler: Resampler?
    var decoded: PCM
    var line: SampleLine?
    var sound: [Float] = []  // at 48 kHz, not yet encoded
    var encodedTo: Int64 = 0  // the tick of the first sample in `sound`
    var startsAnew = true
    private var packets: OpusPacketQueue

    /// - Parameters:
    ///   - format: What comes in.
    ///   - clockRate: Ticks in a second of the timestamps that come with it.
    ///   - configuration: How sound is made.
    public init(
        _ format: AudioFormat, clockRate: Int, configuration: Configuration = Configuration()
    ) throws(AudioError) {
        guard (1...768_000).contains(clockRate) else {
            throw .unsupported(sampleRate: clockRate, channelCount: format.channelCount)
        }
        var encoding = configuration.encoder
        encoding.channelCount = min(2, max(1, format.channelCount))
        let decoder = try AudioDecoder(format)
        let encoder = try OpusEncoder(encoding)
        self.decoder = decoder
        self.encoder = encoder
        decoded = PCM(channelCount: format.channelCount, sampleRate: format.sampleRate)
        channelCount = encoding.channelCount
        packets = OpusPacketQueue(limit: configuration.packetLimit)
        (self.clockRate, self.configuration) = (Int64(clockRate), configuration)
    }

    /// Takes one coded frame, borrowed for the call.
    ///
    /// - Parameters:
    ///   - frame: The frame, without headers of transport.
    ///   - timestamp: When its first sample is heard, unwrapped, in ticks of the clock rate.
    ///   - followsLoss: Whether something before it is missing: then even a gap of one frame is
    ///     filled at once.
    public mutating func receive(_ frame: RawSpan, timestamp: Int64, followsLoss: Bool = false) {
        decoded.samples.removeAll(keepingCapacity: true)
        statistics.frames += 1
        guard decoder.decode(frame, into: &decoded) else {
            statistics.malformedFrames += 1
            return substitute(timestamp)
        }
        guard place(ticks(timestamp), followsLoss: followsLoss) else { return }
        convert(decoded.samples)
        encode()
    }

    /// Encodes what is left, the last packet filled with silence. Sound may follow as on a new line.
    public mutating func finish() {
        endLine()
        startsAnew = true
    }

    /// The oldest packet that is ready.
    public mutating func next() -> OpusPacket? { packets.popFirst() }

    /// Takes the memory of a packet back that is not needed any more.
    public mutating func recycle(_ packet: consuming OpusPacket) {
        packets.recycle(packet.bytes)
    }

    /// Changes the bitrate from the next packet on.
    public mutating func setBitrate(_ bitsPerSecond: Int) { encoder.setBitrate(bitsPerSecond) }

    /// Encodes all whole packets that there is sound for.
    mutating func encode() {
        let size = OpusEncoder.frameSampleCount
        var start = 0
        while sound.count - start * channelCount >= size * channelCount {
            var bytes = packets.takeSpare()
            if encoder.encode(sound, from: start, into: &bytes) {
                append(bytes)
            }
            start += size
            encodedTo += Int64(size)
        }
        sound.removeFirst(start * channelCount)
    }

    private mutating func append(_ bytes: [UInt8]) {
        let packet = OpusPacket(
            timestamp: encodedTo - Int64(encoder.lookahead), bytes: bytes, isFirst: startsAnew)
        if !packets.append(packet) { statistics.droppedPackets += 1 }
        startsAnew = false
        statistics.packets += 1
    }
}
