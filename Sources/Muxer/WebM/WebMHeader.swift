import Codecs
import Wire

/// The beginning of a WebM file: what it is, and its tracks. The segment has no length, for it grows;
/// room is left for what is known when it is closed.
struct WebMHeader {
    let tracks: [WebMTrack]

    func write(to output: inout ByteWriter) {
        output.element(.ebml) { writer in
            writer.element(.ebmlVersion, 1)
            writer.element(.ebmlReadVersion, 1)
            writer.element(.ebmlMaxIDLength, 4)
            writer.element(.ebmlMaxSizeLength, 8)
            writer.element(.docType, "webm")
            writer.element(.docTypeVersion, 4)
            writer.element(.docTypeReadVersion, 2)
        }
        output.write(ElementID.segment)
        output.write(UInt64(0x01FF_FFFF_FFFF_FFFF))
        output.void(byteCount: Self.seekRoom)
        output.element(.information) { writer in
            writer.element(.timestampScale, 1_000_000)  // milliseconds
            writer.element(.muxingApp, "Sluice")
            writer.element(.writingApp, "Sluice")
            writer.void(byteCount: Self.durationRoom)
        }
        output.element(.tracks) { writer in
            for (index, track) in tracks.enumerated() {
                writer.element(.trackEntry) { track.write(number: UInt64(index + 1), to: &$0) }
            }
        }
    }
}
