import Timing

extension MediaPlaylist {
    /// The playlist as text.
    ///
    /// - Parameter skipping: Leave out what a player who follows has read before (RFC 8216bis
    ///   §4.4.5.2), where there is enough of it.
    public func text(skipping: Bool = false) -> String {
        String(decoding: octets(skipping: skipping), as: UTF8.self)
    }

    /// The text in UTF-8, as it is sent: some megabytes of a day's recording.
    ///
    /// - Parameter skipping: As for `text`.
    public func octets(skipping: Bool = false) -> [UInt8] {
        // Each looks at all segments: once is enough.
        let targetDuration = targetDuration
        let detailed = segmentsWithParts(under: targetDuration)
        let skipped = skipping && !isEnded ? skippableCount(under: targetDuration) : 0
        let lines = files.map { PlaylistLines($0) }
        var capacity = 4096
        for (file, lines) in zip(files, lines) {
            capacity += (file.segments.count + 1) * lines.segmentByteCount
        }
        var octets = PlaylistOctets(capacity: capacity)
        writeHead(to: &octets, targetDuration, detailed: detailed)
        if skipped > 0 {
            octets.write("#EXT-X-SKIP:SKIPPED-SEGMENTS=")
            octets.write(skipped)
            octets.write("\n")
        }
        writeSegments(lines, to: &octets, from: skipped, detailed: detailed)
        if isEnded { octets.write("#EXT-X-ENDLIST\n") }
        return octets.bytes
    }

    private func writeHead(
        to octets: inout PlaylistOctets, _ targetDuration: Int, detailed: Int
    ) {
        octets.write("#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:")
        octets.write(targetDuration)
        octets.write("\n")
        if !isEnded {
            let partTarget = partTarget(ofLast: detailed)
            octets.write("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=")
            octets.write(partTarget.adding(partTarget).adding(partTarget))
            octets.write(",CAN-SKIP-UNTIL=")
            octets.write(6 * targetDuration)
            octets.write(".0\n#EXT-X-PART-INF:PART-TARGET=")
            octets.write(partTarget)
            octets.write("\n")
        }
        // What has been listed stays, but for files that are deleted: no EVENT once that has been.
        if removedFiles == 0 {
            octets.write(
                isEnded ? "#EXT-X-PLAYLIST-TYPE:VOD\n" : "#EXT-X-PLAYLIST-TYPE:EVENT\n")
        }
        octets.write("#EXT-X-MEDIA-SEQUENCE:")
        octets.write(firstSequenceNumber)
        octets.write("\n")
        if removedFiles > 1 {
            octets.write("#EXT-X-DISCONTINUITY-SEQUENCE:")
            octets.write(removedFiles - 1)
            octets.write("\n")
        }
        if unlisted != (.zero, .zero) {
            // This house's own: players pass over what they do not know (RFC 8216 §6.3.1).
            octets.write("#EXT-X-SLUICE-UNLISTED:BEFORE=")
            octets.write(unlisted.before)
            octets.write(",AFTER=")
            octets.write(unlisted.after)
            octets.write("\n")
        }
        if files.contains(where: { $0.header.beginsWithKeyframes }),
            files.allSatisfy({ $0.segments.allSatisfy(\.isIndependent) })
        {
            octets.write("#EXT-X-INDEPENDENT-SEGMENTS\n")
        }
    }

    private func writeSegments(
        _ lines: [PlaylistLines], to octets: inout PlaylistOctets, from skipped: Int, detailed: Int
    ) {
        let listsPartsFrom = segmentCount - detailed
        var number = 0
        for (place, file) in files.enumerated() {
            let lines = lines[place]
            for (index, segment) in file.segments.enumerated() {
                defer { number += 1 }
                guard number >= skipped else { continue }
                if index == 0, place + removedFiles > 0 { octets.write("#EXT-X-DISCONTINUITY\n") }
                if index == 0 || number == skipped { lines.writeMap(to: &octets) }
                if index == 0 || !isEnded || index % Self.datedEvery == 0 {
                    lines.writeDate(of: segment, to: &octets)
                }
                if !isEnded, number >= listsPartsFrom {
                    for part in file.parts(of: segment) { lines.write(part: part, to: &octets) }
                }
                if index < file.closedCount { lines.write(segment: segment, to: &octets) }
            }
            if !isEnded, !file.isFinished, let last = file.parts.last {
                lines.writeHint(after: last, to: &octets)
            }
        }
    }

    private var segmentCount: Int { files.reduce(0) { $0 + $1.segments.count } }

    /// Segments that lie further back than a player may have missed.
    private func skippableCount(under targetDuration: Int) -> Int {
        segmentCount - segments(reaching: .seconds(Int64(6 * targetDuration)))
    }

    /// In a day's finished playlist every segment's date would be half of it.
    private static let datedEvery = 16
}

extension IndexHeader {
    /// Segments begin where a decoder can, for that is where they are cut.
    fileprivate var beginsWithKeyframes: Bool { formats.contains { $0.kind == .video } }
}

extension Interval {
    /// The sum, or the longest there is: an index's times are a stranger's, their sum has no bound.
    func adding(_ other: Interval) -> Interval {
        let (sum, isOver) = nanoseconds.addingReportingOverflow(other.nanoseconds)
        return isOver
            ? Interval(nanoseconds: nanoseconds > 0 ? .max : .min) : Interval(nanoseconds: sum)
    }
}
