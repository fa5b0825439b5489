import Timing

extension MediaPlaylist {
    /// The playlist as text.
    ///
    /// - Parameter skipping: Leave out what a player who follows has read before (RFC 8216bis
    ///   §4.4.5.2), where there is enough of it.
    public func text(skipping: Bool = false) -> String {
        // Each looks at all segments: once is enough.
        let targetDuration = targetDuration
        let detailed = segmentsWithParts(under: targetDuration)
        var text = "#EXTM3U\n#EXT-X-VERSION:9\n"
        text += "#EXT-X-TARGETDURATION:\(targetDuration)\n"
        let isLive = !isEnded
        if isLive {
            let partTarget = partTarget(ofLast: detailed)
            let hold = Self.decimal(partTarget.adding(partTarget).adding(partTarget))
            text += "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=\(hold)"
            text += ",CAN-SKIP-UNTIL=\(6 * targetDuration).0\n"
            text += "#EXT-X-PART-INF:PART-TARGET=\(Self.decimal(partTarget))\n"
        }
        // What has been listed stays, but for files that are deleted: no EVENT once that has been.
        if removedFiles == 0 { text += "#EXT-X-PLAYLIST-TYPE:\(isEnded ? "VOD" : "EVENT")\n" }
        text += "#EXT-X-MEDIA-SEQUENCE:\(firstSequenceNumber)\n"
        if removedFiles > 1 { text += "#EXT-X-DISCONTINUITY-SEQUENCE:\(removedFiles - 1)\n" }
        if files.contains(where: { $0.header.beginsWithKeyframes }),
            files.allSatisfy({ $0.segments.allSatisfy(\.isIndependent) })
        {
            text += "#EXT-X-INDEPENDENT-SEGMENTS\n"
        }
        let skipped = skipping && isLive ? skippableCount(under: targetDuration) : 0
        if skipped > 0 { text += "#EXT-X-SKIP:SKIPPED-SEGMENTS=\(skipped)\n" }
        write(to: &text, from: skipped, detailed: detailed)
        if isEnded { text += "#EXT-X-ENDLIST\n" }
        return text
    }

    private func write(to text: inout String, from skipped: Int, detailed: Int) {
        let isLive = !isEnded
        let listsPartsFrom = segmentCount - detailed
        var number = 0
        for (place, file) in files.enumerated() {
            for (index, segment) in file.segments.enumerated() {
                defer { number += 1 }
                guard number >= skipped else { continue }
                if index == 0 {
                    if place + removedFiles > 0 { text += "#EXT-X-DISCONTINUITY\n" }
                }
                if index == 0 || number == skipped { text += file.map }
                if index == 0 || !isEnded || index % Self.datedEvery == 0 {
                    text += file.date(of: segment)
                }
                if isLive, number >= listsPartsFrom {
                    for part in file.parts(of: segment) { text += file.line(of: part) }
                }
                if index < file.closedCount { text += file.lines(of: segment) }
            }
            if isLive, !file.isFinished, let last = file.parts.last {
                text += file.hint(after: last)
            }
        }
    }

    private var segmentCount: Int { files.reduce(0) { $0 + $1.segments.count } }

    /// Segments that lie further back than a player may have missed.
    private func skippableCount(under targetDuration: Int) -> Int {
        segmentCount - segments(reaching: .seconds(Int64(6 * targetDuration)))
    }

    /// Seconds with six digits behind the point: players add a day's durations up, and half a
    /// millisecond each would be ten seconds.
    static func decimal(_ interval: Interval) -> String {
        let microseconds = max(interval.adding(Interval(nanoseconds: 500)).nanoseconds, 0) / 1000
        let rest = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - rest.utf8.count)
            + rest
    }

    /// In a day's finished playlist every segment's date would be half of it.
    private static let datedEvery = 16
}

extension MediaPlaylist.File {
    fileprivate var map: String {
        switch addresses {
        case .ranges(let file):
            "#EXT-X-MAP:URI=\"\(file)\(query)\",BYTERANGE=\"\(header.headerByteCount)@0\"\n"
        case .rangesAndMap(_, let map): "#EXT-X-MAP:URI=\"\(map)\(query)\"\n"
        case .cuts(let folder): "#EXT-X-MAP:URI=\"\(folder)init.mp4\(query)\"\n"
        }
    }

    fileprivate func date(of segment: IndexedPart) -> String {
        guard let date = header.date(at: segment.start) else { return "" }
        return "#EXT-X-PROGRAM-DATE-TIME:\(date.text)\n"
    }

    fileprivate func lines(of segment: IndexedPart) -> String {
        let duration = "#EXTINF:\(MediaPlaylist.decimal(segment.duration)),\n"
        switch addresses {
        case .ranges(let file), .rangesAndMap(let file, _):
            return duration
                + "#EXT-X-BYTERANGE:\(segment.byteCount)@\(segment.offset)\n\(file)\(query)\n"
        case .cuts(let folder): return duration + "\(folder)s\(segment.offset).m4s\(query)\n"
        }
    }

    fileprivate func line(of part: IndexedPart) -> String {
        var line = "#EXT-X-PART:DURATION=\(MediaPlaylist.decimal(part.duration)),URI="
        switch addresses {
        case .ranges(let file), .rangesAndMap(let file, _):
            line += "\"\(file)\(query)\",BYTERANGE=\"\(part.byteCount)@\(part.offset)\""
        case .cuts(let folder): line += "\"\(folder)p\(part.offset).m4s\(query)\""
        }
        return line + (part.isIndependent ? ",INDEPENDENT=YES\n" : "\n")
    }

    fileprivate func hint(after last: IndexedPart) -> String {
        switch addresses {
        case .ranges(let file), .rangesAndMap(let file, _):
            "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"\(file)\(query)\",BYTERANGE-START=\(last.end)\n"
        case .cuts(let folder):
            "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"\(folder)p\(last.end).m4s\(query)\"\n"
        }
    }
}

extension IndexHeader {
    /// Segments begin where a decoder can, for that is where they are cut.
    fileprivate var beginsWithKeyframes: Bool { formats.contains { $0.kind == .video } }
}

extension Interval {
    /// The sum, or the longest there is: a sidecar's times are a stranger's, their sum has no bound.
    func adding(_ other: Interval) -> Interval {
        let (sum, isOver) = nanoseconds.addingReportingOverflow(other.nanoseconds)
        return isOver
            ? Interval(nanoseconds: nanoseconds > 0 ? .max : .min) : Interval(nanoseconds: sum)
    }
}
