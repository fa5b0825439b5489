public import Codecs

/// What a clip holds of what can be relayed.
public struct ClipFormat: Hashable, Sendable {
    /// The picture's parameter sets, from the file's head or its first pictures.
    public var parameterSets = H264ParameterSets()
    /// The sound; `nil` when there is none that is known here.
    public var sound: ClipSound?
    /// What was found and is left out, each as a person would say it: `sound as mp3`.
    public var leftOut: [String] = []

    /// A picture alone.
    public init() {}
}

/// The sound of a clip.
public enum ClipSound: Hashable, Sendable {
    /// AAC frames, without ADTS.
    case aac(AudioSpecificConfig)
    /// Opus packets.
    case opus(channelCount: Int)
    /// G.711, µ-law or A-law, one octet a sample.
    case g711(isALaw: Bool, sampleRate: Int, channelCount: Int)

    /// Ticks in a second of its samples' timestamps.
    public var clockRate: Int {
        switch self {
        case .aac(let configuration): configuration.sampleRate
        case .opus: 48_000
        case .g711(_, let sampleRate, _): sampleRate
        }
    }
}

/// One picture or one frame of sound of a clip.
public struct ClipSample: Hashable, Sendable {
    /// Which of the two.
    public enum Kind: Hashable, Sendable {
        /// An access unit of H.264.
        case picture
        /// A frame of sound.
        case sound
    }

    /// Which of the two.
    public var kind: Kind
    /// Ticks since the clip's first picture: 90 000 a second for pictures, of the sound's own clock
    /// for sound. They go on over the loops.
    public var timestamp: Int64
    /// How long it lasts, in the same ticks.
    public var duration: Int64
    /// A picture's NAL units, each after its length in four octets; a frame of sound as it is.
    public var bytes: [UInt8]
    /// Whether a decoder can begin here: for sound, always.
    public var isKeyframe: Bool

    /// A sample.
    public init(
        _ kind: Kind, timestamp: Int64, duration: Int64, bytes: [UInt8], isKeyframe: Bool = true
    ) {
        (self.kind, self.timestamp, self.duration) = (kind, timestamp, duration)
        (self.bytes, self.isKeyframe) = (bytes, isKeyframe)
    }
}

/// Why a file cannot be relayed, or not any further.
public enum ClipError: Error, Hashable, Sendable {
    /// It is not there, may not be read, or is no media file; with the library's reason.
    case unreadable(path: String, reason: String)
    /// There is no H.264 in it, but these.
    case noH264(path: String, found: [String])
    /// Its pictures have no times, as in a bare stream of H.264.
    case noTimestamps(path: String)
    /// It ends before its own table of contents does, or in the middle of something.
    case cutOff(path: String, milliseconds: Int)
}

extension ClipError: CustomStringConvertible {
    /// One line that names the file.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .noH264(let path, let found):
            "\(path) has no H.264"
                + (found.isEmpty ? "" : ", only \(found.joined(separator: " and "))")
        case .noTimestamps(let path):
            "\(path) does not say when its pictures are shown: put it into a container"
        case .cutOff(let path, let milliseconds):
            "\(path) is cut off after \(milliseconds / 1000).\(milliseconds / 100 % 10) s"
        }
    }
}
