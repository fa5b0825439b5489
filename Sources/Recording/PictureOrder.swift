import Codecs
import Muxer
import RTP
import Timing

/// When a source's pictures are to be decoded: RTP says only when they are shown.
///
/// Where nothing says that pictures are reordered, and no B picture has come, each is decoded when it
/// is shown.
struct PictureOrder {
    private let isH265: Bool?  // nil where no picture is shown late
    private var sequenceSet: [UInt8] = []
    private var times: DecodeTimes?
    private var last: Interval?

    init(_ format: TrackFormat?) {
        switch format {
        case .h264: isH265 = false
        case .h265: isH265 = true
        case .vp8, .vp9, .av1, .aac, .opus, .mp3, .g711, nil: isH265 = nil
        }
    }

    /// When a picture shown at `time` is decoded; to be asked for each, in the order they came.
    mutating func decodeTime(of unit: AccessUnit, at time: Interval) -> Interval {
        guard let isH265 else { return time }
        if unit.isKeyframe { learn(from: unit, isH265: isH265) }
        if times == nil, unit.isBidirectional {
            times = DecodeTimes(reorderedFrames: nil, nominalStep: Self.nominalStep)
            if let last { _ = times?.decodeTime(of: last.nanoseconds) }
        }
        // Times that go back further than any picture is held are a clock that begins anew.
        if let last, time < last - Self.longestHold { times?.restart() }
        guard let found = times?.decodeTime(of: time.nanoseconds) else {
            last = time
            return time
        }
        last = Interval(nanoseconds: found)
        return Interval(nanoseconds: found)
    }

    private mutating func learn(from unit: AccessUnit, isH265: Bool) {
        var units = unit.units
        while let bytes = units.next() {
            guard bytes.byteCount > 4 else { continue }
            let octet = bytes.unsafeLoad(as: UInt8.self)
            guard isH265 ? octet >> 1 & 0x3F == 33 : octet & 0x1F == 7 else { continue }
            guard !bytes.withUnsafeBytes({ $0.elementsEqual(sequenceSet) }) else { return }
            sequenceSet = bytes.withUnsafeBytes { Array($0) }
            let (depth, step) = Self.order(bytes, isH265: isH265)
            guard depth > 0 || times != nil else { return }
            times = DecodeTimes(reorderedFrames: depth, nominalStep: step)
            return
        }
    }

    /// How many pictures are shown late, and the time from one to the next.
    private static func order(_ unit: RawSpan, isH265: Bool) -> (depth: UInt32, step: Int64) {
        if isH265 {
            let set = try? H265SequenceParameterSet(parsing: unit)
            return (set?.reorderedFrames ?? 0, nominalStep)
        }
        let set = try? H264SequenceParameterSet(parsing: unit)
        let step = set?.timing.flatMap { timing in
            timing.timeScale == 0
                ? nil : 2_000_000_000 * Int64(timing.unitsInTick) / Int64(timing.timeScale)
        }
        let known = step.map { min(max($0, 1_000_000), 200_000_000) }
        return (set?.reorderedFrames ?? 0, known ?? nominalStep)
    }

    private static let nominalStep: Int64 = 40_000_000
    private static let longestHold = Interval.seconds(1)
}
