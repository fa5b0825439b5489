/// Finds the time at which each picture must be decoded, where pictures come in that order but bear the
/// times at which they are shown: RTP carries no other (RFC 6184 §5.1).
///
/// Where at most N pictures are shown later than one that is decoded after them, the time of decoding is
/// the N+1st largest time of showing so far. N is what the sequence parameter set says
/// (`H264SequenceParameterSet.reorderedFrames`), and grows to what is seen when it says too little.
public struct DecodeTimes: Hashable, Sendable {
    /// How many pictures are taken to be reordered.
    public private(set) var depth: Int
    /// How many pictures came after the time at which they should have been shown.
    public private(set) var lateCount = 0

    private let nominalStep: Int64
    private var newest: [Int64] = []  // the largest times of showing, at most depth + 1, rising
    private var last: Int64?

    /// - Parameters:
    ///   - reorderedFrames: How many pictures may be reordered, 0...16; `nil` when nobody says.
    ///   - nominalStep: The time between two pictures, for those before the first is shown.
    public init(reorderedFrames: UInt32?, nominalStep: Int64) {
        depth = min(Int(reorderedFrames ?? 0), Self.depthLimit)
        self.nominalStep = max(1, nominalStep)
    }

    /// The time of decoding of the next picture, by the time at which it is shown, in the same unit.
    ///
    /// - Returns: More than for the picture before; no more than `timestamp`, unless the picture is
    ///   late, which happens at most sixteen times in a stream that keeps the standard.
    public mutating func decodeTime(of timestamp: Int64) -> Int64 {
        if let last, timestamp <= last {
            lateCount += 1
            depth = min(depth + 1, Self.depthLimit)
        }
        let place = newest.firstIndex { $0 > timestamp } ?? newest.count
        newest.insert(timestamp, at: place)
        if newest.count > depth + 1 { newest.removeFirst() }
        // Before the first picture's turn its own time, less the steps that are still missing.
        let missing = Int64(depth + 1 - newest.count)
        var time = newest[0] - missing * nominalStep
        if let last { time = max(time, last + 1) }
        last = time
        return time
    }

    /// The next picture begins a time line of its own: what came before says nothing of it.
    public mutating func restart() { (newest, last) = ([], nil) }

    /// H.264 reorders at most sixteen frames (§A.3.1, MaxDpbFrames).
    private static let depthLimit = 16
}
