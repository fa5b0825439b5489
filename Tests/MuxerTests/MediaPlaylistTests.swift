import Muxer
import Testing
import Timing

/// Rules of RFC 8216bis for the playlists rendered from an index.
@Suite struct MediaPlaylistTests {
    /// Parts of 200 ms, ten to a segment of two seconds.
    static func file(
        segments: Int, openParts: Int = 0, isFinished: Bool, from start: Int64 = 0,
        container: Container = .mpegts,
        addresses: MediaPlaylist.Addresses = .cuts(folder: "a.ts/")
    ) -> MediaPlaylist.File {
        var parts: [IndexedPart] = []
        for index in 0..<(segments * 10 + openParts) {
            parts.append(
                IndexedPart(
                    offset: UInt64(index) * 1880, byteCount: 1880,
                    start: .milliseconds(start + Int64(index) * 200), duration: .milliseconds(200),
                    isIndependent: index % 10 == 0))
        }
        var spans: [IndexedPart] = []
        for first in stride(from: 0, to: parts.count, by: 10) {
            let group = parts[first..<min(first + 10, parts.count)]
            var span = parts[first]
            span.byteCount = UInt32(group.count) * 1880
            span.duration = .milliseconds(200) * Int64(group.count)
            spans.append(span)
        }
        let header = IndexHeader(
            container: container, formats: [.h264(parameterSets: [], framing: .startCodes)],
            wallClock: 1_763_725_831_250_000_000, initialization: [])
        return MediaPlaylist.File(
            header: header, segments: spans, parts: parts, isFinished: isFinished,
            addresses: addresses)
    }

    static func lines(_ playlist: MediaPlaylist, skipping: Bool = false) -> [Substring] {
        playlist.text(skipping: skipping).split(separator: "\n")
    }

    @Test func `a finished recording lists every segment, no part, and its end`() {
        let playlist = MediaPlaylist(
            files: [Self.file(segments: 3, isFinished: true)], isEnded: true)
        let lines = Self.lines(playlist)
        #expect(lines.first == "#EXTM3U")
        #expect(lines.last == "#EXT-X-ENDLIST")
        #expect(lines.count { $0.hasPrefix("#EXTINF:2.000000,") } == 3)
        #expect(!lines.contains { $0.hasPrefix("#EXT-X-PART") || $0.hasPrefix("#EXT-X-SERVER") })
        #expect(lines.contains("#EXT-X-PLAYLIST-TYPE:VOD"))
        #expect(lines.contains("a.ts/s37600.m4s"))
        #expect(lines.contains("#EXT-X-MAP:URI=\"a.ts/init.mp4\""))
    }

    @Test func `segments are said to begin with key frames where all do`() {
        var file = Self.file(segments: 5, isFinished: true)
        let tag = "#EXT-X-INDEPENDENT-SEGMENTS"
        #expect(Self.lines(MediaPlaylist(files: [file], isEnded: true)).contains { $0 == tag })
        file.segments[3].isIndependent = false
        #expect(!Self.lines(MediaPlaylist(files: [file], isEnded: true)).contains { $0 == tag })
    }

    @Test func `a growing one says how to wait for it, and hints at the part that comes next`() {
        let playlist = MediaPlaylist(
            files: [Self.file(segments: 2, openParts: 3, isFinished: false)], isEnded: false)
        let lines = Self.lines(playlist)
        #expect(
            lines.contains(
                "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.600000,"
                    + "CAN-SKIP-UNTIL=24.0"))
        #expect(lines.contains("#EXT-X-PART-INF:PART-TARGET=0.200000"))
        #expect(lines.last == "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"a.ts/p43240.m4s\"")
        #expect(lines.count { $0.hasPrefix("#EXTINF") } == 2)
        #expect(lines.count { $0.hasPrefix("#EXT-X-PART:") } == 23)
        #expect(lines.count { $0.hasSuffix(",INDEPENDENT=YES") } == 3)
        #expect(!lines.contains("#EXT-X-ENDLIST"))
    }

    @Test func `parts are listed for three target durations before the end, no longer`() {
        let playlist = MediaPlaylist(
            files: [Self.file(segments: 20, isFinished: false)], isEnded: false)
        #expect(Self.lines(playlist).count { $0.hasPrefix("#EXT-X-PART:") } == 60)
    }

    @Test func `a part behind a segment's last one is the first of the next`() {
        func playlist(_ openParts: Int, isFinished: Bool = false) -> MediaPlaylist {
            MediaPlaylist(
                files: [Self.file(segments: 2, openParts: openParts, isFinished: isFinished)],
                isEnded: false)
        }
        // The second segment has ten parts, and grows no more where its file has ended.
        let ended = playlist(0, isFinished: true)
        #expect(ended.contains(segment: 1, part: 9) && !ended.contains(segment: 1, part: 10))
        #expect(ended.contains(segment: 1, part: nil) && ended.contains(segment: 0, part: 99))
        #expect(playlist(1).contains(segment: 1, part: 10))
    }

    @Test func `a blocking reload knows what is listed and what is too far ahead`() {
        let playlist = MediaPlaylist(
            files: [Self.file(segments: 2, openParts: 3, isFinished: false)], isEnded: false)
        #expect(playlist.nextSequenceNumber == 2)
        #expect(playlist.contains(segment: 1, part: nil))
        #expect(playlist.contains(segment: 2, part: 2))
        #expect(!playlist.contains(segment: 2, part: 3))
        #expect(!playlist.contains(segment: 2, part: nil))
        #expect(!playlist.contains(segment: 3, part: 0))
        #expect(!playlist.isFarAhead(segment: 3) && !playlist.isFarAhead(segment: 3, part: 0))
        #expect(playlist.isFarAhead(segment: 4) && playlist.isFarAhead(segment: 4, part: 0))
        // Parts of three seconds, of 200 ms each: fifteen behind the third.
        #expect(!playlist.isFarAhead(segment: 2, part: 17))
        #expect(playlist.isFarAhead(segment: 2, part: 18))
    }

    @Test func `a delta update leaves out what lies six target durations back`() {
        let playlist = MediaPlaylist(
            files: [Self.file(segments: 20, openParts: 1, isFinished: false)], isEnded: false)
        let lines = Self.lines(playlist, skipping: true)
        let skip = lines.first { $0.hasPrefix("#EXT-X-SKIP:") }
        // 0.2 s open, then twelve segments reach 24.2 s.
        #expect(skip == "#EXT-X-SKIP:SKIPPED-SEGMENTS=8")
        #expect(lines.count { $0.hasPrefix("#EXTINF") } == 12)
        #expect(!Self.lines(playlist).contains { $0.hasPrefix("#EXT-X-SKIP") })
    }

    @Test func `a transport stream's own octets need no map`() {
        let playlist = MediaPlaylist(
            files: [Self.file(segments: 2, isFinished: true, addresses: .ranges(file: "a.ts"))],
            isEnded: true)
        let lines = Self.lines(playlist)
        #expect(!lines.contains { $0.hasPrefix("#EXT-X-MAP") })
        #expect(lines.count { $0 == "a.ts" } == 2 && lines.contains("#EXT-X-BYTERANGE:18800@18800"))
    }

    @Test func `another file is a discontinuity with a date and a map of its own`() {
        var playlist = MediaPlaylist(
            files: [
                Self.file(segments: 1, isFinished: true),
                Self.file(
                    segments: 1, isFinished: true, from: 10_000, container: .fmp4,
                    addresses: .ranges(file: "b.mp4")),
            ], isEnded: true)
        let lines = Self.lines(playlist)
        #expect(lines.count { $0 == "#EXT-X-DISCONTINUITY" } == 1)
        #expect(lines.count { $0.hasPrefix("#EXT-X-MAP") } == 2)
        #expect(lines.contains("#EXT-X-PROGRAM-DATE-TIME:2025-11-21T11:50:41.250Z"))
        #expect(lines.contains("#EXT-X-BYTERANGE:18800@0"))
        playlist = MediaPlaylist(files: [playlist.files[1]], isEnded: true)
        (playlist.firstSequenceNumber, playlist.removedFiles) = (1, 1)
        #expect(Self.lines(playlist).contains("#EXT-X-MEDIA-SEQUENCE:1"))
        #expect(Self.lines(playlist).contains("#EXT-X-DISCONTINUITY"))
        #expect(!Self.lines(playlist).contains { $0.hasPrefix("#EXT-X-PLAYLIST-TYPE") })
    }

    @Test func `a file that another follows is whole, also while it is being closed`() {
        func playlist(_ isFinished: Bool) -> MediaPlaylist {
            MediaPlaylist(
                files: [
                    Self.file(segments: 2, openParts: 3, isFinished: isFinished),
                    Self.file(segments: 1, openParts: 2, isFinished: false, from: 4600),
                ], isEnded: false)
        }
        #expect(playlist(false).text() == playlist(true).text())
        #expect(playlist(false).nextSequenceNumber == 4)
        #expect(playlist(false).contains(segment: 2, part: nil), "the first file's last")
    }

    @Test(arguments: [Int64.min, .max, .max - 1_000_000_000, 1])
    func `no wall clock and no times of an index stop the text`(wallClock: Int64) {
        var file = Self.file(segments: 3, openParts: 1, isFinished: false)
        file.header.wallClock = wallClock
        let most = Interval(nanoseconds: 1 << 61 - 1)
        for (start, duration) in [(most, most), (.zero - most, most), (most, .zero - most)] {
            for index in file.segments.indices {
                (file.segments[index].start, file.segments[index].duration) = (start, duration)
            }
            for index in file.parts.indices {
                (file.parts[index].start, file.parts[index].duration) = (start, duration)
            }
            for isEnded in [false, true] {
                let playlist = MediaPlaylist(files: [file, file, file], isEnded: isEnded)
                #expect(Self.lines(playlist).first == "#EXTM3U")
                #expect(Self.lines(playlist, skipping: true).first == "#EXTM3U")
            }
        }
    }
}
