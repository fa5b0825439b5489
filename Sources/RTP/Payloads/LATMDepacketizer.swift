public import Codecs
import Timing
import Wire

/// Makes AAC frames of `MP4A-LATM` payloads (RFC 6416, RFC 3016): one `AudioMuxElement` in a packet,
/// or in several of one time, the last one marked. What describes the multiplex stands in SDP
/// (`cpresent=0`) or in the elements themselves (`cpresent=1`).
///
/// An element's lengths must add up to the octet; so one that a loss has touched gives itself away.
public struct LATMDepacketizer: Depacketizer, Sendable {
    /// What describes the multiplex, as last heard; `nil` until an element has told it.
    public private(set) var parameters: LATMParameters?

    private let isDescribedInBand: Bool
    private let clockRate: Int
    private var frames = AudioFrameQueue()
    private var element: [UInt8] = []
    private var timestamp: Int64 = 0

    /// - Parameters:
    ///   - parameters: What `fmtp` says.
    ///   - clockRate: Ticks in a second of the RTP timestamp, as `rtpmap` says.
    public init(_ parameters: LATMParameters, clockRate: Int) {
        self.parameters = parameters
        (isDescribedInBand, self.clockRate) = (false, clockRate)
    }

    /// A depacketizer of elements that describe themselves: `cpresent=1`.
    public init(describedInBandAt clockRate: Int) {
        (isDescribedInBand, self.clockRate) = (true, clockRate)
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
        do throws(ParseError) {
            try emitFrames(arrival: position.arrival)
        } catch {
            frames.lose(parameters == nil ? .awaitingKeyframe : .malformed)
        }
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

    // MARK: - Elements

    /// Where a frame lies in the element, in bits: elements that describe themselves are not aligned.
    private struct Place {
        var start: Int
        var byteCount: Int
    }

    /// `AudioMuxElement` (ISO/IEC 14496-3 §1.7.3.1): nothing comes out unless all of it adds up.
    private mutating func emitFrames(arrival: Instant) throws(ParseError) {
        var offset = 0
        var known = parameters
        if isDescribedInBand {
            var reader = BitReader(element.span.bytes)
            let usesSame = try reader.readFlag()
            offset = 1
            if !usesSame { known = try LATMParameters(parsing: element.span.bytes, at: &offset) }
        }
        guard let known else { throw .invalid(field: "useSameStreamMux", at: 0) }
        let places = try Self.frames(in: element.span.bytes, from: offset, known)
        parameters = known
        let configuration = known.configuration
        let ticks =
            Int64(configuration.samplesPerFrame) * Int64(clockRate)
            / Int64(max(1, configuration.sampleRate))
        for (index, place) in places.enumerated() where place.byteCount > 0 {
            var frame = frames.spare()
            append(place, to: &frame)
            frames.append(frame, timestamp: timestamp + Int64(index) * ticks, arrival: arrival)
        }
    }

    /// Each frame lies behind its length, in octets of 255 and a last one that is less.
    private static func frames(
        in element: RawSpan, from offset: Int, _ parameters: LATMParameters
    ) throws(ParseError) -> [Place] {
        var reader = BitReader(element)
        try reader.skip(offset)
        var places: [Place] = []
        places.reserveCapacity(parameters.framesPerElement)
        for _ in 0..<parameters.framesPerElement {
            var byteCount = 0
            var octet: UInt32 = 255
            while octet == 255 {
                octet = try reader.read(8)
                byteCount += Int(octet)
            }
            places.append(Place(start: reader.position, byteCount: byteCount))
            try reader.skip(byteCount * 8)
        }
        guard reader.remaining < 8 else {
            throw .invalid(field: "PayloadLengthInfo", at: reader.position / 8)
        }
        return places
    }

    private func append(_ place: Place, to frame: inout [UInt8]) {
        let (first, shift) = (place.start / 8, UInt8(place.start % 8))
        guard shift > 0 else {
            frame.append(contentsOf: element[first..<first + place.byteCount])
            return
        }
        for index in first..<first + place.byteCount {
            frame.append(element[index] << shift | element[index + 1] >> (8 - shift))
        }
    }

    /// Far above sixty-four frames at usual rates.
    private static let elementLimit = 65_536
}
