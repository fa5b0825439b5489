import COpus

/// Encodes 48 kHz sound to Opus packets of 20 ms (RFC 6716) with libopus.
public struct OpusEncoder: ~Copyable {
    /// How the encoder works.
    public struct Configuration: Hashable, Sendable {
        /// One channel or two.
        public var channelCount = 2
        /// Bits in a second, 6 000...510 000.
        public var bitrate = 64_000
        /// Whether packets carry a coarse copy of the one before, where the mode has room for it.
        public var usesForwardErrorCorrection = true
        /// The loss that the receiver is expected to see, in percent: what the copy is worth.
        public var expectedLossPercentage = 5
        /// Effort, 0...10.
        public var complexity = 5

        /// Two channels, 64 kbit/s, forward error correction for 5 % of loss.
        public init() {}
    }

    /// Samples by which decoded sound comes later than what went in: libopus looks that far ahead.
    /// What RFC 7845 calls pre-skip.
    public let lookahead: Int

    private let encoder: OpaquePointer
    private let channelCount: Int

    /// An encoder of one stream.
    public init(_ configuration: Configuration = Configuration()) throws(AudioError) {
        guard (1...2).contains(configuration.channelCount) else {
            throw .unsupported(sampleRate: 48_000, channelCount: configuration.channelCount)
        }
        var code: Int32 = 0
        let created = opus_encoder_create(
            48_000, Int32(configuration.channelCount), OPUS_APPLICATION_AUDIO, &code)
        guard let encoder = created, code == OPUS_OK else {
            throw .refused(library: "libopus", code: code)
        }
        let settings = [
            (OPUS_SET_BITRATE_REQUEST, configuration.bitrate),
            (OPUS_SET_INBAND_FEC_REQUEST, configuration.usesForwardErrorCorrection ? 1 : 0),
            (OPUS_SET_PACKET_LOSS_PERC_REQUEST, configuration.expectedLossPercentage),
            (OPUS_SET_COMPLEXITY_REQUEST, configuration.complexity),
        ]
        for (request, value) in settings where code == OPUS_OK {
            code = copus_set(encoder, request, Int32(clamping: value))
        }
        var lookahead: Int32 = 0
        if code == OPUS_OK {
            code = copus_get(encoder, OPUS_GET_LOOKAHEAD_REQUEST, &lookahead)
        }
        guard code == OPUS_OK else {
            opus_encoder_destroy(encoder)
            throw .refused(library: "libopus", code: code)
        }
        self.encoder = encoder
        self.lookahead = Int(lookahead)
        channelCount = configuration.channelCount
    }

    deinit { opus_encoder_destroy(encoder) }

    /// Encodes 960 instants of `samples`, interleaved, from instant `start` on, into `packet`, whose
    /// octets are replaced.
    ///
    /// - Returns: Whether there is a packet; not for fewer than 960 instants.
    public mutating func encode(
        _ samples: [Float], from start: Int = 0, into packet: inout [UInt8]
    ) -> Bool {
        let first = start * channelCount
        guard first >= 0, samples.count - first >= Self.frameSampleCount * channelCount else {
            return false
        }
        packet.removeAll(keepingCapacity: true)
        packet.append(contentsOf: repeatElement(0, count: Self.packetByteCountLimit))
        let byteCount = samples.withUnsafeBufferPointer { input in
            packet.withUnsafeMutableBufferPointer { output in
                guard let input = input.baseAddress, let output = output.baseAddress else {
                    return Int32(0)
                }
                return opus_encode_float(
                    encoder, input + first, Int32(Self.frameSampleCount), output,
                    Int32(Self.packetByteCountLimit))
            }
        }
        packet.removeLast(packet.count - Int(max(0, byteCount)))
        return byteCount > 0
    }

    /// Changes the bitrate from the next packet on.
    public mutating func setBitrate(_ bitsPerSecond: Int) {
        _ = copus_set(encoder, OPUS_SET_BITRATE_REQUEST, Int32(clamping: bitsPerSecond))
    }

    /// Forgets the sound so far: the next packet begins anew.
    public mutating func reset() { _ = copus_reset(encoder) }

    /// Instants in one packet: 20 ms.
    public static let frameSampleCount = 960
    /// One frame's largest packet (RFC 6716 §3.4).
    private static let packetByteCountLimit = 1_275
}
