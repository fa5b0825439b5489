import Wire

extension Transmit {
    /// How many datagrams the run holds; an empty run of no segment length is one empty datagram.
    var segmentCount: Int {
        byteCount <= segmentLength ? 1 : (byteCount + segmentLength - 1) / segmentLength
    }

    /// How many octets of this run one send takes: all, or as many whole segments as the kernel
    /// cuts at once.
    ///
    /// - Parameter segmentation: Whether the kernel cuts at all; without it, one datagram a send.
    func pieceByteCount(segmentation: Bool) -> Int {
        guard segmentation else { return segmentLength }
        let segments = min(mostSegments, max(1, mostRunByteCount / segmentLength))
        return segments * segmentLength
    }

    /// Takes the first `byteCount` octets off the run, as a run of their own.
    mutating func removeFirst(_ byteCount: Int) -> Transmit {
        var piece = self
        piece.byteCount = min(byteCount, self.byteCount)
        offset += piece.byteCount
        self.byteCount -= piece.byteCount
        return piece
    }
}

/// The kernel's UDP_MAX_SEGMENTS before 6.9; later ones take 128.
private let mostSegments = 64
/// What an IP datagram's length leaves after an IPv6 and a UDP header.
private let mostRunByteCount = 65_535 - 40 - 8
