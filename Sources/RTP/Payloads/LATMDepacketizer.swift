public import Codecs
import Timing
import Wire

/// Makes AAC frames of `MP4A-LATM` payloads (RFC 6416, RFC 3016): one `AudioMuxElement` in a packet,
/// or in several of one time, the last one marked.
///
/// An element's lengths must add up to the octet; so one that a loss has touched gives itself away.
public struct LATMDepacketizer: Depacketizer, Sendable {
    private let parameters: LATMParameters
    private let frameTicks: Int64
    private var frames = AudioFrameQueue()
    private var element: [UInt8] = []
    private var timestamp: Int64 = 0

    /// - Parameters:
    ///   - parameters: What `fmtp` says.
    ///   - clockRate: Ticks in a second of the RTP timestamp, as `rtpmap` says.
    public init(_ parameters: LATMParameters, clockRate: Int) {
        self.parameters = parameters
        let configuration = parameters.configuration
        frameTicks =
            Int64(configuration.samplesPerFrame) * Int64(clockRate)
            / Int64(max(1, configuration.sampleRate))
    }

    /// What became of the frames.
    public var statistics: DepacketizerStatistics { frames.statistics }

    /// Takes the payload of the packet at `position`.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        if position.lostBefore > 0 {
            frames.followsLoss = true
            if !element.isEmpty { abandon(.lost) }
        } else if !element.isEmpty, timestamp != position.timestamp {
            abandon(.unfinishedFragment)
        }
        timestamp = position.timestamp
        guard element.count + payload.byteCount <= Self.elementLimit else {
            return abandon(.tooLarge)
        }
        payload.withUnsafeBytes { element.append(contentsOf: $0) }
        guard position.marker else { return }
        if !emitFrames(arrival: position.arrival) { frames.lose(.malformed) }
        element.removeAll(keepingCapacity: true)
    }

    /// Gives up the element that waits for its rest.
    public mutating func finish() {
        if !element.isEmpty { abandon(.unfinishedFragment) }
    }

    /// The oldest frame that is ready.
    public mutating func next() -> AudioFrame? { frames.next() }

    /// Takes the memory of a frame back that is not needed any more.
    public mutating func recycle(_ frame: consuming AudioFrame) { frames.recycle(frame) }

    private mutating func abandon(_ cause: BrokenUnit) {
        element.removeAll(keepingCapacity: true)
        frames.lose(cause)
    }

    /// Each frame after its length, in octets of 255 and a last one that is less
    /// (`PayloadLengthInfo`). First checked as a whole, then handed out.
    private mutating func emitFrames(arrival: Instant) -> Bool {
        for isHandingOut in [false, true] {
            var place = 0
            for index in 0..<parameters.framesPerElement {
                var count = 0
                while place < element.count, element[place] == 255 {
                    count += 255
                    place += 1
                }
                guard place < element.count else { return false }
                count += Int(element[place])
                place += 1
                guard count <= element.count - place else { return false }
                if isHandingOut, count > 0 {
                    let time = timestamp + Int64(index) * frameTicks
                    var frame = frames.spare()
                    frame.append(contentsOf: element[place..<place + count])
                    frames.append(frame, timestamp: time, arrival: arrival)
                }
                place += count
            }
            guard place == element.count else { return false }
        }
        return true
    }

    /// Far above sixty-four frames at usual rates.
    private static let elementLimit = 65_536
}
