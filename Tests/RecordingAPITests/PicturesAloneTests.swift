import Codecs
import Muxer
import Testing
import Timing
import Web
import Wire

@testable import Recording
@testable import RecordingAPI

/// A camera of H.264 and G.711, which no browser has a name for: its pictures alone can be had.
@Suite struct PicturesAloneTests {
    private static let file = "cam_20260101_000000"
    private static let g711 = TrackFormat.g711(isALaw: false, sampleRate: 8000, channelCount: 1)

    /// Six seconds of sound, and of pictures in the first four: ten a second, a key frame a second.
    private static func record(
        _ container: Container, _ sound: TrackFormat = g711, in folder: RecordedFolder
    ) throws {
        let (isWebM, pictures) = (container == .webm, RecordedFolder.h264)
        var writer = try SegmentWriter(
            [isWebM ? .vp8(nil) : pictures, sound], container: container)
        writer.wallClock = 1_700_000_000_000_000_000
        var (output, parts) = (ByteWriter(), [FinishedPart]())
        // Of Opus 20 ms too, by its first octet.
        let frame = isWebM ? [0xFC, 1, 2, 3] : [UInt8](repeating: 0xD5, count: 160)
        for number in 0..<300 {
            let time = Interval.milliseconds(Int64(number) * 20)
            if number % 5 == 0, number < 200 {
                let isKeyframe = number % 50 == 0
                var slice: [UInt8] = [0, 0, 0, 3, isKeyframe ? 0x65 : 0x41, UInt8(number), 7]
                if isWebM { slice = isKeyframe ? RecordedFolder.vp8 : [0x51, 3, UInt8(number)] }
                _ = try writer.write(
                    Sample(track: 0, time: time, isKeyframe: isKeyframe),
                    payload: slice.span.bytes, into: &output)
            }
            _ = try writer.write(
                Sample(track: 1, time: time), payload: frame.span.bytes, into: &output)
            parts += writer.takeParts()
        }
        writer.end(into: &output)
        parts += writer.takeParts()
        let name = "\(file).\(container.fileExtension)"
        try folder.write(output.bytes, to: name)
        try folder.write(
            parts.flatMap { $0.record } + ClosingMark.bytes, to: name + ".index")
    }

    struct Described: Decodable {
        struct File: Decodable {
            let media_type: String?
            let video_type: String?
            let codecs: [String]
        }
        let files: [File]
    }

    private static func described(_ folder: RecordedFolder) async throws -> Described.File {
        let answer = try await folder.get("/api/v1/recordings/cam")
        return try #require(try decodeJSON(Described.self, from: answer.octets).files.first)
    }

    private static func count(_ kind: String, _ octets: [UInt8]) -> Int {
        octets.ranges(of: Array(kind.utf8)).count
    }

    private static func boxes(_ octets: [UInt8]) -> [(kind: String, content: [UInt8])] {
        var (found, offset): ([(kind: String, content: [UInt8])], Int) = ([], 0)
        while offset + 8 <= octets.count {
            let size = octets[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            guard size >= 8, offset + size <= octets.count else { break }
            let kind = String(decoding: octets[offset + 4..<offset + 8], as: UTF8.self)
            found.append((kind, Array(octets[offset + 8..<offset + size])))
            offset += size
        }
        return found
    }

    /// Addresses of what a playlist lists, the head first.
    private static func addresses(_ playlist: String) -> [String] {
        playlist.split(separator: "\n").compactMap { line in
            if let start = line.firstRange(of: "MAP:URI=\"") {
                return String(line[start.upperBound...].prefix { $0 != "\"" })
            }
            return line.hasPrefix("#") ? nil : String(line)
        }
    }

    @Test(arguments: [Container.fmp4, .mp4])
    func `a file says how its pictures alone are played, and that all of it is not`(
        container: Container
    ) async throws {
        let folder = try await RecordedFolder()
        try Self.record(container, in: folder)
        let file = try await Self.described(folder)
        #expect(file.media_type == nil)
        #expect(file.video_type == "video/mp4; codecs=\"avc1.42c01f\"")
        #expect(file.codecs == ["avc1.42c01f", "g711"])
    }

    @Test(arguments: [Container.fmp4, .mp4])
    func `who asks for the pictures alone is given no word of the sound, and others all of it`(
        container: Container
    ) async throws {
        let folder = try await RecordedFolder()
        try Self.record(container, in: folder)
        let path = "/hls/cam/"
        let whole = try await folder.get(path + "index.m3u8")
        #expect(whole.text.contains("BYTERANGE") && !whole.text.contains("tracks="))
        let muted = try await folder.get(path + "index.m3u8?tracks=video")
        let addresses = Self.addresses(muted.text)
        #expect(addresses.count > 2 && addresses.allSatisfy { $0.hasSuffix("?tracks=video") })
        #expect(!muted.text.contains("BYTERANGE"))
        var fragments = 0
        for address in addresses {
            let octets = try await folder.get(path + address).octets
            let all = try await folder.get(path + address.prefix { $0 != "?" }).octets
            #expect(!octets.isEmpty && octets.count == all.count, "no octet moves")
            let bytes = octets.span.bytes
            guard address != addresses[0] else {
                #expect(Self.count("trak", all) == 2 && Self.count("trak", octets) == 1)
                #expect(Self.count("trex", all) == 2 && Self.count("trex", octets) == 1)
                continue
            }
            #expect(FragmentWalk.firstSample(ofTrack: 2, in: all.span.bytes) != nil)
            #expect(FragmentWalk.firstSample(ofTrack: 2, in: bytes) == nil)
            #expect(
                FragmentWalk.firstSample(ofTrack: 1, in: bytes)
                    == FragmentWalk.firstSample(ofTrack: 1, in: all.span.bytes))
            let boxes = Self.boxes(octets)
            let heads = boxes.filter { $0.kind == "moof" }
            #expect(heads.allSatisfy { Self.count("traf", $0.content) == 1 }, "none is empty")
            #expect(boxes.count { $0.kind == "mdat" } == heads.count)
            fragments += boxes.count { $0.kind == "free" } / 2
        }
        #expect(fragments > 5, "where the pictures have ended, sound alone was written")
    }

    @Test func `a token stands in those addresses too`() async throws {
        let folder = try await RecordedFolder()
        try Self.record(.fmp4, in: folder)
        let playlist = try await folder.get("/hls/cam/index.m3u8?tracks=video&token=a.b-c")
        let addresses = Self.addresses(playlist.text)
        #expect(addresses.allSatisfy { $0.hasSuffix("?tracks=video&token=a.b-c") })
    }

    @Test func `a transport stream's sound can be left out likewise`() async throws {
        let folder = try await RecordedFolder()
        try Self.record(.mpegts, .mp3(sampleRate: 48_000), in: folder)
        let file = try await Self.described(folder)
        #expect(file.media_type == "video/mp4; codecs=\"avc1.42c01f, mp4a.6B\"")
        #expect(file.video_type == "video/mp4; codecs=\"avc1.42c01f\"")
        let head = "/hls/cam/\(Self.file).ts/init.mp4"
        #expect(Self.count("trak", try await folder.get(head).octets) == 2)
        #expect(Self.count("trak", try await folder.get(head + "?tracks=video").octets) == 1)
    }

    @Test func `of WebM the sound can be left out likewise`() async throws {
        let folder = try await RecordedFolder()
        try Self.record(.webm, .opus(channelCount: 2), in: folder)
        let file = try await Self.described(folder)
        #expect(file.media_type == "video/webm; codecs=\"vp8, opus\"")
        #expect(file.video_type == "video/webm; codecs=\"vp8\"")
        let path = "/hls/cam/"
        let whole = try await folder.get(path + "index.m3u8")
        #expect(whole.text.contains("BYTERANGE"))
        let muted = try await folder.get(path + "index.m3u8?tracks=video")
        let addresses = Self.addresses(muted.text)
        #expect(addresses.count > 2 && !muted.text.contains("BYTERANGE"))
        for address in addresses {
            let answer = try await folder.get(path + address)
            #expect(answer.headers["content-type"] == "video/webm")
            let all = try await folder.get(path + address.prefix { $0 != "?" }).octets
            let void = zip(answer.octets, all).filter { $0 != $1 }.map(\.0)
            #expect(answer.octets.count == all.count && Set(void) == [0xEC], "\(address)")
            guard address != addresses[0] else { continue }
            let bytes = answer.octets.span.bytes
            #expect(ClusterWalk.firstSample(ofTrack: 2, in: all.span.bytes) != nil)
            #expect(ClusterWalk.firstSample(ofTrack: 2, in: bytes) == nil)
            #expect(
                ClusterWalk.firstSample(ofTrack: 1, in: bytes)
                    == ClusterWalk.firstSample(ofTrack: 1, in: all.span.bytes))
        }
    }

    @Test func `where there is no sound beside pictures nothing is left out`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.mp4", .fmp4)
        #expect(try await Self.described(folder).video_type == nil)
        let whole = try await folder.get("/hls/cam/index.m3u8")
        #expect(try await folder.get("/hls/cam/index.m3u8?tracks=video").text == whole.text)
        let other = try await folder.get("/hls/cam/index.m3u8?tracks=audio")
        #expect(other.status == 400 && other.detail.contains("tracks must be video"))
    }
}
