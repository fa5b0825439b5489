import Audio
import Camera
import RTP
import Timing

/// A camera's sound on its way to Opus: passed through where it is Opus, made Opus where it is not.
struct RelaySound: ~Copyable {
    private var transcoder: OpusTranscoder?
    private var passed: [OpusPacket] = []
    private let clockRate: Int64

    /// Throws what makes the sound unusable; the picture is relayed all the same.
    init(_ audio: CameraAudio) throws(AudioError) {
        clockRate = Int64(audio.clockRate)
        switch audio {
        case .opus:
            transcoder = nil
        case .aac(let configuration, let rate):
            transcoder = try OpusTranscoder(.aac(configuration), clockRate: rate)
        case .g711(let isALaw, let rate, let channels):
            let format: AudioFormat =
                isALaw
                ? .pcma(sampleRate: rate, channelCount: channels)
                : .pcmu(sampleRate: rate, channelCount: channels)
            transcoder = try OpusTranscoder(format, clockRate: rate)
        }
    }

    mutating func receive(_ frame: AudioFrame) {
        switch transcoder {
        case .some: break
        case nil:
            passed.append(OpusPacket(timestamp: frame.timestamp, bytes: frame.bytes))
            return
        }
        transcoder?.receive(
            frame.bytes.span.bytes, timestamp: frame.timestamp, followsLoss: frame.followsLoss)
    }

    /// Brings out what the encoder still waits with.
    mutating func finish() { transcoder?.finish() }

    mutating func next() -> OpusPacket? {
        passed.isEmpty ? transcoder?.next() : passed.removeFirst()
    }

    /// The Opus clock's timestamp for one of the source's.
    func opusTimestamp(_ timestamp: Int64) -> UInt32 {
        let (seconds, rest) = timestamp.quotientAndRemainder(dividingBy: clockRate)
        return UInt32(truncatingIfNeeded: seconds * 48_000 + rest * 48_000 / clockRate)
    }
}
