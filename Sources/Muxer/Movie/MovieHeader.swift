import Codecs
import Wire

/// The beginning of a fragmented movie: brands, tracks, and that fragments follow
/// (ISO/IEC 14496-12 §8).
struct MovieHeader {
    let tracks: [MovieTrack]
    /// Whether room is left for the head of the box that will hide the fragments.
    var canBeClosed = false

    func write(to output: inout ByteWriter) {
        output.box("ftyp") { writer in
            writer.write("iso6")
            writer.write(UInt32(512))
            for brand in Self.brands { writer.write(brand) }
        }
        if canBeClosed { output.box("free") { $0.write(zeros: 8) } }
        output.box("moov") { writer in
            writer.box("mvhd", version: 0) { writer in
                writer.write(zeros: 8)
                writer.write(UInt32(1_000))
                writer.write(UInt32(0))  // duration: that of the fragments
                writer.write(UInt32(0x0001_0000))
                writer.write(UInt16(0x0100))
                writer.write(zeros: 10)
                Self.writeMatrix(to: &writer)
                writer.write(zeros: 24)
                writer.write(UInt32(tracks.count + 1))
            }
            for (index, track) in tracks.enumerated() {
                Self.write(track, id: UInt32(index + 1), to: &writer)
            }
            writer.box("mvex") { writer in
                for (index, track) in tracks.enumerated() {
                    Self.writeDefaults(of: track, id: UInt32(index + 1), to: &writer)
                }
            }
        }
    }

    private static func write(_ track: MovieTrack, id: UInt32, to writer: inout ByteWriter) {
        let isVideo = track.format.kind == .video
        writer.box("trak") { writer in
            writer.box("tkhd", flags: 3) { writer in
                writer.write(zeros: 8)
                writer.write(id)
                writer.write(zeros: 18)
                writer.write(UInt16(isVideo ? 0 : 1))  // alternate group
                writer.write(UInt16(isVideo ? 0 : 0x0100))  // volume
                writer.write(zeros: 2)
                writeMatrix(to: &writer)
                writer.write(UInt32(track.entry.shape.width) << 16)
                writer.write(UInt32(track.entry.shape.height) << 16)
            }
            if track.leadTicks > 0 { writeEdit(from: track.leadTicks, to: &writer) }
            writer.box("mdia") { writer in
                writer.box("mdhd", version: 0) { writer in
                    writer.write(zeros: 8)
                    writer.write(UInt32(track.timescale))
                    writer.write(UInt32(0))
                    writer.write(UInt32(0x55C4_0000))  // language: undetermined
                }
                writeMedia(isVideo: isVideo, to: &writer)
                writer.box("minf") { writer in
                    writeReference(isVideo: isVideo, to: &writer)
                    writer.box("stbl") { writeEmptyTables(of: track, to: &$0) }
                }
            }
        }
    }

    /// Skips what lies before the file's zero; how long the rest is, fragments tell.
    private static func writeEdit(from ticks: Int64, to writer: inout ByteWriter) {
        writer.box("edts") { writer in
            writer.box("elst", version: 0) { writer in
                writer.write(UInt32(1))
                writer.write(UInt32(0))
                writer.write(UInt32(truncatingIfNeeded: ticks))
                writer.write(UInt32(0x0001_0000))
            }
        }
    }

    /// What kind of track it is.
    static func writeMedia(isVideo: Bool, to writer: inout ByteWriter) {
        writer.box("hdlr", version: 0) { writer in
            writer.write(zeros: 4)
            writer.write(isVideo ? "vide" : "soun")
            writer.write(zeros: 13)
        }
    }

    /// Where the samples are: in this file.
    static func writeReference(isVideo: Bool, to writer: inout ByteWriter) {
        if isVideo {
            writer.box("vmhd", flags: 1) { $0.write(zeros: 8) }
        } else {
            writer.box("smhd", version: 0) { $0.write(zeros: 4) }
        }
        writer.box("dinf") { writer in
            writer.box("dref", version: 0) { writer in
                writer.write(UInt32(1))
                writer.box("url ", flags: 1) { _ in }
            }
        }
    }

    static func writeDescription(of track: MovieTrack, to writer: inout ByteWriter) {
        writer.box("stsd", version: 0) { writer in
            writer.write(UInt32(1))
            writer.write(track.entry.bytes)
        }
    }

    private static func writeEmptyTables(of track: MovieTrack, to writer: inout ByteWriter) {
        writeDescription(of: track, to: &writer)
        for table: StaticString in ["stts", "stsc", "stco"] {
            writer.box(table, version: 0) { $0.write(UInt32(0)) }
        }
        writer.box("stsz", version: 0) { $0.write(zeros: 8) }
    }

    private static func writeDefaults(
        of track: MovieTrack, id: UInt32, to writer: inout ByteWriter
    ) {
        writer.box("trex", version: 0) { writer in
            writer.write(id)
            writer.write(UInt32(1))
            writer.write(UInt32(truncatingIfNeeded: track.defaultDuration))
            writer.write(UInt32(0))
            writer.write(track.format.kind == .video ? SampleFlags.dependent : SampleFlags.sync)
        }
    }

    /// The same before and after a file is closed.
    static let brands = ["iso6", "isom", "mp41"]

    static func writeMatrix(to writer: inout ByteWriter) {
        for value in [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000] as [UInt32] {
            writer.write(value)
        }
    }
}

/// A sample's flags in a fragment (ISO/IEC 14496-12 §8.8.3.1).
enum SampleFlags {
    /// Depends on no other: a decoder can begin here.
    static let sync: UInt32 = 0x0200_0000
    /// Depends on others.
    static let dependent: UInt32 = 0x0101_0000
}
