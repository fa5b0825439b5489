import Codecs
public import RTP
public import SDP
public import Timing

/// The packets of one track of sound, whatever its codec, on their way to frames.
public struct SoundReceiver: Sendable {
    /// What they hold.
    public let audio: CameraAudio

    // The one of its payloads is there.
    private var aac: TrackReceiver<AACDepacketizer>?
    private var latm: TrackReceiver<LATMDepacketizer>?
    private var whole: TrackReceiver<AudioDepacketizer>?

    /// A receiver of what a description calls `format`; `nil` where that is not known here.
    ///
    /// - Parameters:
    ///   - format: The payload type, the clock and the parameters.
    ///   - patience: How long a missing packet is waited for: none over TCP, which keeps order.
    public init?(_ format: PayloadFormat, patience: Interval = .zero) {
        guard let audio = CameraAudio(format) else { return nil }
        self.audio = audio
        let (rate, channels) = (Int(format.clockRate), format.channels ?? 1)
        func receiver<Format: Depacketizer>(_ payloads: Format) -> TrackReceiver<Format> {
            TrackReceiver(payloads, payloadType: format.payloadType, patience: patience)
        }
        switch audio {
        case .aac where format.encodingName.uppercased() == "MP4A-LATM":
            latm = LATMParameters(format.parameters.text).map {
                receiver(LATMDepacketizer($0, clockRate: rate))
            }
        case .aac:
            let parameters = MPEG4GenericParameters(
                format.parameters.text, clockRate: rate, channelCount: channels)
            aac = parameters.map { receiver(AACDepacketizer($0, clockRate: rate)) }
        case .opus, .g711: whole = receiver(AudioDepacketizer())
        }
    }

    /// When `advance` is due; `nil` while no packet waits for another.
    public var nextDeadline: Instant? {
        aac?.nextDeadline ?? latm?.nextDeadline ?? whole?.nextDeadline
    }

    /// What came in.
    public var statistics: TrackStatistics? {
        aac?.statistics ?? latm?.statistics ?? whole?.statistics
    }

    /// What became of the frames.
    public var frames: DepacketizerStatistics? {
        aac?.depacketizer.statistics ?? latm?.depacketizer.statistics
            ?? whole?.depacketizer.statistics
    }

    /// Takes a whole RTP packet, in the clear, borrowed for the call.
    public mutating func receive(_ packet: RawSpan, at now: Instant) {
        aac?.receive(packet, at: now)
        latm?.receive(packet, at: now)
        whole?.receive(packet, at: now)
    }

    /// Gives up what has been waited for long enough.
    public mutating func advance(to now: Instant) {
        aac?.advance(to: now)
        latm?.advance(to: now)
        whole?.advance(to: now)
    }

    /// The oldest frame that is ready.
    public mutating func next() -> AudioFrame? { aac?.next() ?? latm?.next() ?? whole?.next() }
}
