import Timing

/// The lines of one file's segments and parts. What they have in common is made once for all of them.
struct PlaylistLines {
    private let header: IndexHeader
    /// The line that names the map; empty where segments begin with their own tables.
    private let map: [UInt8]
    /// The file's address, or up to the letter and number of a piece that of its pieces.
    private let address: [UInt8]
    /// What the addresses of pieces end with; `nil` where the file is asked for by ranges.
    private let ending: [UInt8]?

    init(_ file: MediaPlaylist.File) {
        header = file.header
        let (map, range): (String, String)
        switch file.addresses {
        case .ranges(let name):
            (map, range) = (name, ",BYTERANGE=\"\(header.headerByteCount)@0\"")
            (address, ending) = (Array((name + file.query).utf8), nil)
        case .rangesAndMap(let name, let other):
            (map, range) = (other, "")
            (address, ending) = (Array((name + file.query).utf8), nil)
        case .cuts(let folder):
            (map, range) = (folder + "init.mp4", "")
            (address, ending) = (Array(folder.utf8), Array(".m4s\(file.query)".utf8))
        }
        let needsMap = header.container != .mpegts || ending != nil
        self.map = needsMap ? Array("#EXT-X-MAP:URI=\"\(map)\(file.query)\"\(range)\n".utf8) : []
    }

    /// Octets that a segment takes at most, its date not counted.
    var segmentByteCount: Int { 96 + address.count + (ending?.count ?? 0) }

    func writeMap(to octets: inout PlaylistOctets) { octets.write(map) }

    /// Nothing where the recording knew no wall clock.
    func writeDate(of segment: IndexedPart, to octets: inout PlaylistOctets) {
        guard let date = header.date(at: segment.start) else { return }
        octets.write("#EXT-X-PROGRAM-DATE-TIME:")
        octets.write(date)
        octets.write("\n")
    }

    func write(segment: IndexedPart, to octets: inout PlaylistOctets) {
        octets.write("#EXTINF:")
        octets.write(segment.duration)
        octets.write(",\n")
        if let ending {
            writeAddress(of: "s", at: segment.offset, ending, to: &octets)
        } else {
            octets.write("#EXT-X-BYTERANGE:")
            writeRange(of: segment, to: &octets)
            octets.write("\n")
            octets.write(address)
        }
        octets.write("\n")
    }

    func write(part: IndexedPart, to octets: inout PlaylistOctets) {
        octets.write("#EXT-X-PART:DURATION=")
        octets.write(part.duration)
        octets.write(",URI=\"")
        if let ending {
            writeAddress(of: "p", at: part.offset, ending, to: &octets)
        } else {
            octets.write(address)
            octets.write("\",BYTERANGE=\"")
            writeRange(of: part, to: &octets)
        }
        octets.write(part.isIndependent ? "\",INDEPENDENT=YES\n" : "\"\n")
    }

    /// What will come behind the last part.
    func writeHint(after last: IndexedPart, to octets: inout PlaylistOctets) {
        octets.write("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"")
        if let ending {
            writeAddress(of: "p", at: last.end, ending, to: &octets)
            octets.write("\"\n")
        } else {
            octets.write(address)
            octets.write("\",BYTERANGE-START=")
            octets.write(last.end)
            octets.write("\n")
        }
    }

    private func writeAddress(
        of kind: StaticString, at offset: UInt64, _ ending: [UInt8], to octets: inout PlaylistOctets
    ) {
        octets.write(address)
        octets.write(kind)
        octets.write(offset)
        octets.write(ending)
    }

    private func writeRange(of part: IndexedPart, to octets: inout PlaylistOctets) {
        octets.write(UInt64(part.byteCount))
        octets.write("@")
        octets.write(part.offset)
    }
}
