import Codecs
import Wire

/// One part of a fragmented movie: what its samples are, then their octets, track after track
/// (ISO/IEC 14496-12 §8.8).
struct MovieFragment {
    let sequenceNumber: UInt32
    /// The sample that ends this part, where it is known: its track and its ticks there.
    let next: (track: Int, ticks: Int64)?

    func write(_ tracks: [MovieTrack], to output: inout ByteWriter) {
        var fragments: [TrackFragment] = []
        for index in tracks.indices where !tracks[index].pending.isEmpty {
            let following = next.flatMap { $0.track == index ? $0.ticks : nil }
            fragments.append(TrackFragment(tracks[index].run, index, next: following))
        }
        let byteCount = fragments.reduce(8 + Self.headerByteCount) { $0 + $1.byteCount }
        let dataByteCount = fragments.reduce(0) { $0 + $1.dataByteCount }
        output.table(byteCount: byteCount + 8) { table in
            table.writeBox("moof", byteCount: byteCount)
            table.writeBox("mfhd", byteCount: Self.headerByteCount, version: 0)
            table.write(sequenceNumber)
            var dataOffset = byteCount + 8
            for fragment in fragments {
                fragment.write(to: &table, dataOffset: dataOffset)
                dataOffset += fragment.dataByteCount
            }
            table.writeBox("mdat", byteCount: dataByteCount + 8)
        }
        for index in tracks.indices {
            let bytes = tracks[index].bytes.bytes
            output.write(bytes.span.bytes)
        }
    }

    private static let headerByteCount = 16
}

/// What a fragment says of one track: of each sample what it must, the rest goes without saying.
private struct TrackFragment {
    private let run: PendingRun
    /// Counted from 0.
    private let track: Int
    private let next: Int64?
    private var flags: UInt32 = TrackFragment.hasOffset | TrackFragment.hasSizes
    /// How long every sample lasts; `nil` where they differ. Said also where the header has the same: behind
    /// another file's header it must be right too.
    private var commonDuration: Int64?
    /// Octets of the samples.
    let dataByteCount: Int

    init(_ run: PendingRun, _ track: Int, next: Int64?) {
        (self.run, self.track, self.next) = (run, track, next)
        dataByteCount = run.samples.reduce(0) { $0 + $1.byteCount }
        let first = run.duration(at: 0, next: next)
        let areEven = run.samples.indices.allSatisfy {
            run.duration(at: $0, next: next) == first
        }
        if areEven { commonDuration = first } else { flags |= Self.hasDurations }
        if run.samples.contains(where: { $0.presentationTicks != $0.decodeTicks }) {
            flags |= Self.hasCompositions
        }
        guard run.isVideo else { return }
        if run.samples.dropFirst().contains(where: \.isKeyframe) {
            flags |= Self.hasFlags
        } else if run.samples[0].isKeyframe {
            flags |= Self.hasFirstFlags
        }
    }

    /// Octets of all that is said.
    var byteCount: Int { 8 + headerByteCount + Self.timeByteCount + runByteCount }

    private var headerByteCount: Int { commonDuration == nil ? 16 : 20 }

    private var runByteCount: Int {
        let fields = (flags & Self.ofEachSample).nonzeroBitCount
        return 20 + (flags & Self.hasFirstFlags != 0 ? 4 : 0) + 4 * fields * run.samples.count
    }

    /// - Parameter dataOffset: Where the first sample lies behind the fragment's beginning.
    func write(to table: inout TableCursor, dataOffset: Int) {
        table.writeBox("traf", byteCount: byteCount)
        // The data's offset counts from the fragment: default-base-is-moof.
        table.writeBox(
            "tfhd", byteCount: headerByteCount, version: 0,
            flags: 0x02_0000 | (commonDuration == nil ? 0 : 8))
        table.write(UInt32(track + 1))
        if let commonDuration { table.write(UInt32(truncatingIfNeeded: commonDuration)) }
        table.writeBox("tfdt", byteCount: Self.timeByteCount, version: 1)
        table.write(UInt64(max(run.samples[0].decodeTicks - run.originTicks, 0)))
        table.writeBox("trun", byteCount: runByteCount, version: 1, flags: flags)
        table.write(UInt32(run.samples.count))
        table.write(UInt32(truncatingIfNeeded: dataOffset))
        if flags & Self.hasFirstFlags != 0 { table.write(SampleFlags.sync) }
        for (index, sample) in run.samples.enumerated() {
            if flags & Self.hasDurations != 0 {
                let duration = run.duration(at: index, next: next)
                table.write(UInt32(truncatingIfNeeded: duration))
            }
            table.write(UInt32(truncatingIfNeeded: sample.byteCount))
            if flags & Self.hasFlags != 0 {
                table.write(sample.isKeyframe ? SampleFlags.sync : SampleFlags.dependent)
            }
            if flags & Self.hasCompositions != 0 {
                let offset = sample.presentationTicks - sample.decodeTicks
                table.write(UInt32(truncatingIfNeeded: offset))
            }
        }
    }

    private static let timeByteCount = 20
    private static let hasOffset: UInt32 = 0x01
    private static let hasFirstFlags: UInt32 = 0x04
    private static let hasDurations: UInt32 = 0x100
    private static let hasSizes: UInt32 = 0x200
    private static let hasFlags: UInt32 = 0x400
    private static let hasCompositions: UInt32 = 0x800
    private static let ofEachSample = hasDurations | hasSizes | hasFlags | hasCompositions
}
