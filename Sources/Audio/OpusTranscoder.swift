import Codecs

/// One Opus packet of 20 ms on its way to a packetizer.
public struct OpusPacket: Hashable, Sendable {
    /// When its first decoded sample is heard, in ticks of 48 000 a second.
    public var timestamp: Int64
    /// The packet.
    public var bytes: [UInt8]
    /// Whether sound begins here, or begins again after a gap that was not filled: RTP's marker.
    public var isFirst: Bool

    /// A packet; one that goes on where the one before it ended, unless told otherwise.
    public init(timestamp: Int64, bytes: [UInt8], isFirst: Bool = false) {
        (self.timestamp, self.bytes, self.isFirst) = (timestamp, bytes, isFirst)
    }
}

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
    public private(set) var statistics = TranscodingStatistics()

    private let clockRate: Int64
    private let configuration: Configuration
    private let channelCount: Int
    private var decoder: AudioDecoder
    private var encoder: OpusEncoder
    private var resampler: Resampler?
    private var decoded: PCM
    private var line: SampleLine?
    private var sound: [Float] = []  // at 48 kHz, not yet encoded
    private var encodedTo: Int64 = 0  // the tick of the first sample in `sound`
    private var startsAnew = true
    private var packets: [OpusPacket] = []
    private var spares: [[UInt8]] = []

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
    public mutating func next() -> OpusPacket? {
        packets.isEmpty ? nil : packets.removeFirst()
    }

    /// Takes the memory of a packet back that is not needed any more.
    public mutating func recycle(_ packet: consuming OpusPacket) {
        if spares.count < Self.spareLimit { spares.append(packet.bytes) }
    }

    /// Changes the bitrate from the next packet on.
    public mutating func setBitrate(_ bitsPerSecond: Int) { encoder.setBitrate(bitsPerSecond) }

    // MARK: - The line of time

    /// Finds where the decoded frame belongs, fills what is missing before it.
    ///
    /// - Returns: Whether it is to be heard.
    private mutating func place(_ time: Int64, followsLoss: Bool) -> Bool {
        guard var line else { return beginLine(at: time) }
        if line.sampleRate != decoded.sampleRate || resampler?.channelCount != decoded.channelCount
        {
            drain()
            guard adoptFormat() else { return false }
            line.rebase(sampleRate: decoded.sampleRate)
        }
        let error = time - line.expected
        guard abs(error) <= configuration.longestSilence else {
            statistics.jumps += 1
            endLine()
            return beginLine(at: time)
        }
        let halfFrame = line.ticks(decoded.frameCount) / 2
        if error > SampleLine.tolerance || (followsLoss && error >= max(1, halfFrame)) {
            fill(line.samples(error))
            line.advance(line.samples(error))
            statistics.silentSamples += Int(error)
        } else if error < -SampleLine.tolerance {
            statistics.lateFrames += 1
            return false
        } else if let delta = line.correction(for: error) {
            resampler?.stretch(by: delta, over: SampleLine.stretchSpan)
            statistics.stretchedSamples += abs(delta)
        }
        line.advance(decoded.frameCount)
        self.line = line
        return true
    }

    private mutating func beginLine(at time: Int64) -> Bool {
        guard adoptFormat() else { return false }
        var line = SampleLine(start: time, sampleRate: decoded.sampleRate)
        line.advance(decoded.frameCount)
        (self.line, encodedTo, startsAnew) = (line, time, true)
        sound.removeAll(keepingCapacity: true)
        encoder.reset()
        return true
    }

    private mutating func adoptFormat() -> Bool {
        resampler = try? Resampler(
            sampleRate: decoded.sampleRate, channelCount: decoded.channelCount,
            outputChannelCount: channelCount)
        return resampler != nil
    }

    /// A malformed frame on the line becomes the silence of one such as came before it.
    private mutating func substitute(_ timestamp: Int64) {
        guard var line, line.lastCount > 0 else { return }
        let error = ticks(timestamp) - line.expected
        guard abs(error) <= SampleLine.tolerance else { return }
        fill(line.lastCount)
        statistics.silentSamples += Int(line.ticks(line.lastCount))
        line.advance(line.lastCount)
        self.line = line
        encode()
    }

    private mutating func fill(_ count: Int) {
        let channels = resampler?.channelCount ?? 0
        convert([Float](repeating: 0, count: count * channels))
    }

    private mutating func convert(_ samples: [Float]) {
        resampler?.convert(samples, into: &sound)
    }

    /// Brings out what the resampler holds, to the sample that the line says.
    private mutating func drain() {
        guard let line else { return }
        resampler?.drain(into: &sound)
        let wanted = max(0, Int(line.expected - encodedTo)) * channelCount
        if sound.count > wanted {
            sound.removeLast(sound.count - wanted)
        } else {
            sound.append(contentsOf: repeatElement(0, count: wanted - sound.count))
        }
    }

    private mutating func endLine() {
        guard line != nil else { return }
        drain()
        let size = OpusEncoder.frameSampleCount
        let needed = sound.count / channelCount + encoder.lookahead
        let whole = (needed + size - 1) / size * size * channelCount
        sound.append(contentsOf: repeatElement(0, count: whole - sound.count))
        encode()
        line = nil
        resampler = nil
    }

    private mutating func encode() {
        let size = OpusEncoder.frameSampleCount
        var start = 0
        while sound.count - start * channelCount >= size * channelCount {
            var bytes = spares.popLast() ?? []
            if encoder.encode(sound, from: start, into: &bytes) {
                append(bytes)
            }
            start += size
            encodedTo += Int64(size)
        }
        sound.removeFirst(start * channelCount)
    }

    private mutating func append(_ bytes: [UInt8]) {
        if packets.count >= max(1, configuration.packetLimit) {
            recycle(packets.removeFirst())
            statistics.droppedPackets += 1
        }
        packets.append(
            OpusPacket(
                timestamp: encodedTo - Int64(encoder.lookahead), bytes: bytes, isFirst: startsAnew))
        startsAnew = false
        statistics.packets += 1
    }

    /// The source's time in ticks of 48 000 a second.
    private func ticks(_ timestamp: Int64) -> Int64 {
        let time =
            min(max(timestamp, -Self.timeLimit), Self.timeLimit) * Int64(Resampler.outputRate)
        return (time + (time < 0 ? -clockRate : clockRate) / 2) / clockRate
    }

    /// 24 years at 90 kHz; what lies beyond is no time.
    private static let timeLimit: Int64 = 1 << 46
    private static let spareLimit = 16
}
