import Camera

// What is counted of a source beside the frames that come.

extension StreamRecording {
    /// Counts a key frame asked of the source.
    mutating func keyframeRequested() { statistics.keyframeRequests += 1 }

    /// Notes what was lost of the source so far.
    mutating func count(_ source: SourceStatistics) { statistics.source = source }

    /// Counts a packet of another than the source.
    mutating func foreignPacketArrived() { statistics.foreignPackets += 1 }
}
