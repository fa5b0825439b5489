import Codecs
import Wire

/// One part of a fragmented movie: what its samples are, then their octets, track after track
/// (ISO/IEC 14496-12 §8.8).
struct MovieFragment {
    let sequenceNumber: UInt32
    /// The sample that ends this part, where it is known: its track and its ticks there.
    let next: (track: Int, ticks: Int64)?

    func write(_ tracks: [MovieTrack], to output: inout ByteWriter) {
        let start = output.count
        var offsetPlaces: [Int] = []
        output.box("moof") { writer in
            writer.box("mfhd", version: 0) { $0.write(sequenceNumber) }
            for index in tracks.indices where !tracks[index].pending.isEmpty {
                offsetPlaces.append(write(tracks[index], at: index, to: &writer))
            }
        }
        var dataOffset = output.count - start + 8
        var place = 0
        var byteCount = 8
        for index in tracks.indices where !tracks[index].pending.isEmpty {
            output.patchUInt32(UInt32(truncatingIfNeeded: dataOffset), at: offsetPlaces[place])
            dataOffset += tracks[index].bytes.count
            byteCount += tracks[index].bytes.count
            place += 1
        }
        output.write(UInt32(truncatingIfNeeded: byteCount))
        output.write("mdat")
        for track in tracks { output.write(track.bytes.bytes.span.bytes) }
    }

    /// - Returns: Where the data's offset must be written once it is known.
    private func write(_ track: MovieTrack, at index: Int, to writer: inout ByteWriter) -> Int {
        let following = next.flatMap { $0.track == index ? $0.ticks : nil }
        let runs = SampleRun(track, next: following)
        var place = 0
        writer.box("traf") { writer in
            // Also where the header has the same: behind another file's header it must be right too.
            let duration = runs.commonDuration
            // The data's offset counts from the fragment: default-base-is-moof.
            writer.box("tfhd", flags: 0x02_0000 | (duration == nil ? 0 : 8)) { writer in
                writer.write(UInt32(index + 1))
                if let duration { writer.write(UInt32(truncatingIfNeeded: duration)) }
            }
            writer.box("tfdt", version: 1) { writer in
                writer.write(UInt64(max(track.pending[0].decodeTicks - track.originTicks, 0)))
            }
            writer.box("trun", version: 1, flags: runs.flags) { writer in
                writer.write(UInt32(track.pending.count))
                place = writer.count
                writer.write(UInt32(0))
                runs.write(track, next: following, to: &writer)
            }
        }
        return place
    }
}

/// What a track's run of samples must say of each of them, and what goes without saying.
private struct SampleRun {
    private(set) var flags: UInt32 = SampleRun.hasOffset | SampleRun.hasSizes
    /// How long every sample lasts; `nil` where they differ.
    private(set) var commonDuration: Int64?

    init(_ track: MovieTrack, next: Int64?) {
        let first = track.duration(at: 0, next: next)
        let areEven = track.pending.indices.allSatisfy {
            track.duration(at: $0, next: next) == first
        }
        if areEven { commonDuration = first } else { flags |= Self.hasDurations }
        if track.pending.contains(where: { $0.presentationTicks != $0.decodeTicks }) {
            flags |= Self.hasCompositions
        }
        guard track.format.kind == .video else { return }
        if track.pending.dropFirst().contains(where: \.isKeyframe) {
            flags |= Self.hasFlags
        } else if track.pending[0].isKeyframe {
            flags |= Self.hasFirstFlags
        }
    }

    func write(_ track: MovieTrack, next: Int64?, to writer: inout ByteWriter) {
        if flags & Self.hasFirstFlags != 0 { writer.write(SampleFlags.sync) }
        let fields = (flags & Self.ofEachSample).nonzeroBitCount
        writer.table(byteCount: 4 * fields * track.pending.count) { table in
            for (index, sample) in track.pending.enumerated() {
                if flags & Self.hasDurations != 0 {
                    let duration = track.duration(at: index, next: next)
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
    }

    private static let hasOffset: UInt32 = 0x01
    private static let hasFirstFlags: UInt32 = 0x04
    private static let hasDurations: UInt32 = 0x100
    private static let hasSizes: UInt32 = 0x200
    private static let hasFlags: UInt32 = 0x400
    private static let hasCompositions: UInt32 = 0x800
    private static let ofEachSample = hasDurations | hasSizes | hasFlags | hasCompositions
}
