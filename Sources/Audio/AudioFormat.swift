public import Codecs

/// Coded sound that can be decoded.
public enum AudioFormat: Hashable, Sendable {
    /// Raw AAC frames, without ADTS.
    case aac(AudioSpecificConfig)
    /// G.711 µ-law.
    case pcmu(sampleRate: Int, channelCount: Int)
    /// G.711 A-law.
    case pcma(sampleRate: Int, channelCount: Int)
    /// Sixteen bits, most significant octet first (RFC 3551 §4.5.11).
    case linear16(sampleRate: Int, channelCount: Int)

    /// Channels of the decoded sound; two where only the stream says.
    public var channelCount: Int {
        switch self {
        case .aac(let configuration): configuration.channelCount ?? 2
        case .pcmu(_, let count), .pcma(_, let count), .linear16(_, let count): count
        }
    }

    /// Samples in a second, before any band replication.
    public var sampleRate: Int {
        switch self {
        case .aac(let configuration): configuration.sampleRate
        case .pcmu(let rate, _), .pcma(let rate, _), .linear16(let rate, _): rate
        }
    }
}

/// Why sound cannot be worked on at all. What is wrong with one frame is counted, never thrown.
public enum AudioError: Error, Hashable, Sendable {
    /// No rate or number of channels that can be worked with.
    case unsupported(sampleRate: Int, channelCount: Int)
    /// The installed libavcodec has no decoder of this name.
    case noDecoder(String)
    /// A library refused its configuration, with its own error number.
    case refused(library: String, code: Int32)
}

extension AudioError: CustomStringConvertible {
    /// One sentence for a log line.
    public var description: String {
        switch self {
        case .unsupported(let rate, let count):
            "audio of \(rate) Hz and \(count) channels is not supported"
        case .noDecoder(let name): "libavcodec has no decoder for \(name)"
        case .refused(let library, let code): "\(library) refused its configuration: error \(code)"
        }
    }
}

/// Decoded sound: samples from -1 to 1, channel by channel for each instant.
public struct PCM: Hashable, Sendable {
    /// The samples, interleaved.
    public var samples: [Float] = []
    /// Channels.
    public var channelCount: Int
    /// Instants in a second.
    public var sampleRate: Int

    /// No sound yet.
    public init(channelCount: Int, sampleRate: Int) {
        (self.channelCount, self.sampleRate) = (channelCount, sampleRate)
    }

    /// How many instants there are samples of.
    public var frameCount: Int { samples.count / max(1, channelCount) }
}
