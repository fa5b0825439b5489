import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// What a cut has torn at the end of a transport stream, made whole.
@Suite struct TornSoundTests {
    private static let clips: [(name: String, audio: TrackFormat, bitrate: Int)] = [
        ("stereo", .aac(configuration(48_000, 2)), 96_000),
        ("mono, little", .aac(configuration(16_000, 1)), 16_000),
        ("six channels, much", .aac(configuration(48_000, 6)), 900_000),
        ("MP3", .mp3(sampleRate: 44_100), 128_000),
    ]

    private static func configuration(_ rate: Int, _ channels: Int) -> AudioSpecificConfig {
        guard let made = AudioSpecificConfig(sampleRate: rate, channelCount: channels) else {
            preconditionFailure("a configuration of these is known")
        }
        return made
    }

    /// Octets of a stream up to the end of each PES packet, where a file may end.
    private static func stream(_ clip: Clip, isAlone: Bool) throws -> (bytes: [UInt8], ends: [Int])
    {
        var samples = clip.samples()
        if isAlone {
            samples = samples.filter { $0.sample.track == 1 }.map {
                SourceSample(
                    sample: Sample(track: 0, time: $0.sample.decodeTime), payload: $0.payload)
            }
        }
        let formats = isAlone ? Array(clip.formats.dropFirst()) : clip.formats
        let (bytes, ends, _) = try mux(samples, formats)
        return (bytes, Set(ends).subtracting([0]).sorted())
    }

    /// The whole frames of sound in a stream, and what follows them; `nil` where there is no sound.
    private static func sound(
        _ bytes: [UInt8], _ format: TrackFormat
    ) -> (frames: [[UInt8]], rest: [UInt8])? {
        let octets = demux(bytes).filter { $0.streamType != 0x1B }.flatMap(\.payload)
        var (frames, place) = ([[UInt8]](), 0)
        while let count = format.frameByteCount(at: Array(octets[place...]).span.bytes),
            place + count <= octets.count
        {
            frames.append(Array(octets[place..<place + count]))
            place += count
        }
        return octets.isEmpty ? nil : (frames, Array(octets[place...]))
    }

    private static func torn(
        _ formats: [TrackFormat], _ bytes: [UInt8], from offset: Int = 0, isLastLook: Bool = false
    ) -> TornSound? {
        TornSound(
            formats, endingWith: bytes.span.bytes, from: UInt64(offset), isLastLook: isLastLook)
    }

    private static func mended(_ bytes: [UInt8], _ torn: TornSound) -> [UInt8] {
        var mended = bytes
        for piece in torn.overwritten {
            let place = Int(piece.offset)
            mended.replaceSubrange(place..<place + piece.bytes.count, with: piece.bytes)
        }
        return mended + torn.packets
    }

    @Test(arguments: clips.indices, [false, true])
    func `any cut ends with a whole frame, of silence where one was torn`(
        number: Int, isAlone: Bool
    ) throws {
        let (_, audio, bitrate) = Self.clips[number]
        let clip = Clip(audio: audio, audioBitrate: bitrate, seconds: 3)
        let (bytes, ends) = try Self.stream(clip, isAlone: isAlone)
        let formats = isAlone ? [audio] : clip.formats
        var tornCount = 0
        for end in ends {
            let cut = Array(bytes[..<end])
            guard let before = Self.sound(cut, audio) else { continue }
            let torn = try #require(Self.torn(formats, cut))
            #expect(before.rest.isEmpty == torn.packets.isEmpty, "at \(end)")
            guard !before.rest.isEmpty else { continue }
            tornCount += 1
            let whole = Self.mended(cut, torn)
            let after = try #require(Self.sound(whole, audio))
            #expect(after.rest.isEmpty && after.frames.dropLast() == before.frames[...])
            #expect(after.frames.last?.count(where: { $0 != 0 }) ?? 99 < 16, "silence")
            #expect(Self.torn(formats, whole)?.packets == [])
            #expect(check(whole).findings.isEmpty)
        }
        #expect(tornCount > 3, "\(tornCount)")
    }

    @Test func `done again where it was interrupted, it comes to the same`() throws {
        let clip = Clip(audio: try aac(), seconds: 2)
        let (bytes, ends) = try Self.stream(clip, isAlone: false)
        let cuts = ends.lazy.map { Array(bytes[..<$0]) }
        for cut in cuts {
            guard let torn = Self.torn(clip.formats, cut) else { continue }
            for piece in torn.overwritten {
                var interrupted = cut
                let place = Int(piece.offset)
                interrupted.replaceSubrange(place..<place + piece.bytes.count, with: piece.bytes)
                let again = Self.torn(clip.formats, interrupted)
                #expect(again == torn)
            }
        }
    }

    @Test func `the last octets do for all of a stream, or say that they do not`() throws {
        let clip = Clip(audio: try aac(), seconds: 3)
        let (bytes, ends) = try Self.stream(clip, isAlone: false)
        for end in ends where end > 200_000 {
            let cut = Array(bytes[..<end])
            let whole = Self.torn(clip.formats, cut)
            var known = 0
            for packets in [1, 50, 200, 600] {
                let start = end - packets * 188
                let last = Array(cut[start...])
                let torn = Self.torn(clip.formats, last, from: start)
                if let torn {
                    #expect(torn == whole)
                    known += 1
                }
            }
            #expect(known > 0 && known < 4, "at \(end)")
        }
    }

    @Test(arguments: 1...7)
    func `a torn header goes on as such a track's`(count: Int) throws {
        for format in [try aac(), try aac(16_000, channels: 1), .mp3(sampleRate: 44_100)] {
            let header = format.soundHeaderByteCount
            guard count <= header else { continue }
            let clip = Clip(audio: format, seconds: 1)
            let before: [UInt8]
            if case .aac(let configuration) = format {
                var output = ByteWriter()
                ADTSHeader(configuration, payloadByteCount: 300)?.write(to: &output)
                before = output.bytes + [UInt8](repeating: 7, count: 300)
            } else {
                before = try #require(clip.samples().first { $0.sample.track == 1 }).payload
            }
            let octets = before + before.prefix(count)
            let frame = try #require(SilentFrame(format, in: octets, at: before.count))
            #expect(frame.octets.starts(with: before.prefix(count)))
            #expect(format.frameByteCount(at: frame.octets.span.bytes) == frame.octets.count)
            #expect(frame.octets.count > header)
        }
    }

    /// By the syntax of raw_data_block() (ISO/IEC 14496-3 §4.4.2.1); ffmpeg decodes each without a word.
    static let blocks: [(channels: Int, octets: String)] = [
        (1, "00000007"), (2, "21000000001c"), (3, "000000010800000000e0"),
        (4, "00000001080000000002000007"), (5, "00000001080000000023000000001c"),
        (6, "00000001080000000023000000000c000000e0"),
        (8, "000000010800000000230000000004a0000000018000001c"),
    ]

    @Test(arguments: blocks) func `silence is a block of all channels, and zeros behind it`(
        channels: Int, octets: String
    ) throws {
        let format = try aac(channels: channels)
        var head = ByteWriter()
        ADTSHeader(Self.configuration(48_000, channels), payloadByteCount: 90)?.write(to: &head)
        let frame = try #require(SilentFrame(format, in: head.bytes, at: 0))
        let block = hexadecimal(octets)
        #expect(frame.octets.dropFirst(7).starts(with: block))
        #expect(frame.octets.dropFirst(7 + block.count).allSatisfy { $0 == 0 })
        #expect(frame.octets.count == 97)
    }

    @Test(arguments: blocks) func `a frame too short for silence is left as it is`(
        channels: Int, octets: String
    ) throws {
        let format = try aac(channels: channels)
        let least = octets.utf8.count / 2
        for count in [0, least - 1, least] {
            var head = ByteWriter()
            ADTSHeader(Self.configuration(48_000, channels), payloadByteCount: count)?
                .write(to: &head)
            let frame = SilentFrame(format, in: head.bytes, at: 0)
            #expect(frame?.octets.count == (count == least ? 7 + least : nil))
        }
    }

    @Test func `a track of which nothing comes keeps no other from being mended`() throws {
        let clip = Clip(audio: try aac(), seconds: 2)
        let (bytes, ends) = try Self.stream(clip, isAlone: false)
        let cut = try #require(
            ends.lazy.map { Array(bytes[..<$0]) }.first {
                Self.torn(clip.formats, $0)?.packets.isEmpty == false
            })
        let formats = clip.formats + [try aac()]
        #expect(Self.torn(formats, cut) == nil, "more of it may tell")
        let torn = Self.torn(formats, cut, isLastLook: true)
        #expect(torn != nil && torn == Self.torn(clip.formats, cut))
    }

    @Test func `what is no stream of ours is left alone`() throws {
        let formats = [SyntheticStream.h264, try aac()]
        for junk in [
            [], [0x47], [UInt8](repeating: 0, count: 1880), [UInt8](repeating: 0x47, count: 1880),
        ] {
            #expect(Self.torn(formats, junk) == nil)
            #expect(Self.torn(formats, junk, isLastLook: true)?.packets == [])
        }
        let opus = [SyntheticStream.h264, .opus(channelCount: 2)]
        #expect(Self.torn(opus, [])?.packets == [])
    }
}
