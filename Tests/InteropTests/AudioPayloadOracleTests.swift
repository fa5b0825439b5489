import Codecs
import RTP
import Testing

/// Sound between us and ffmpeg, and between us and GStreamer, both ways.
@Suite(
    .tags(.interop),
    .enabled(if: Lab.has("ffmpeg") && Lab.has("gst-launch-1.0"), "needs ffmpeg and GStreamer"))
struct AudioPayloadOracleTests {
    /// What is tried with one format of samples.
    struct Samples: Sendable, CustomTestStringConvertible {
        var format: SampledAudio
        var name: String
        var encoding: [String]
        /// How ffmpeg reads a file of such samples.
        var input: [String]
        /// GStreamer's words for them, and its elements.
        var caps: String
        var payloader: String
        var channels: Int { format.channelCount }

        var testDescription: String { name }
    }

    static let samples = [
        Samples(
            format: SampledAudio(.pcmu), name: "PCMU",
            encoding: ["-ar", "8000", "-ac", "1", "-f", "mulaw"],
            input: ["-f", "mulaw", "-ar", "8000", "-ac", "1"],
            caps: "audio/x-mulaw,rate=8000,channels=1", payloader: "pcmu"),
        Samples(
            format: SampledAudio(.pcma), name: "PCMA",
            encoding: ["-ar", "8000", "-ac", "1", "-f", "alaw"],
            input: ["-f", "alaw", "-ar", "8000", "-ac", "1"],
            caps: "audio/x-alaw,rate=8000,channels=1", payloader: "pcma"),
        Samples(
            format: SampledAudio(.g722), name: "G722",
            encoding: ["-ar", "16000", "-ac", "1", "-c:a", "g722", "-f", "g722"],
            input: ["-f", "g722"], caps: "audio/G722,rate=16000,channels=1",
            payloader: "g722"),
        Samples(
            format: SampledAudio(.l16, clockRate: 44_100, channelCount: 2), name: "L16",
            encoding: ["-ar", "44100", "-ac", "2", "-f", "s16be"],
            input: ["-f", "s16be", "-ar", "44100", "-ac", "2"],
            caps: "audio/x-raw,format=S16BE,rate=44100,channels=2,layout=interleaved",
            payloader: "L16"),
    ]

    static func withSound(
        _ encoding: [String], _ body: (String) async throws -> Void
    ) async throws {
        try await PayloadLab.inDirectory { directory in
            try await PayloadLab.encode("sine=440:r=48000", encoding, to: directory + "/a")
            try await body(directory + "/a")
        }
    }

    @Test(arguments: samples)
    func `others' samples come out as they went in`(test: Samples) async throws {
        try await Self.withSound(test.encoding) { path in
            let all = try PayloadLab.read(path)
            try await PayloadLab.launch(
                "filesrc location=\(path) blocksize=640 ! \(test.caps)"
                    + " ! rtp\(test.payloader)pay mtu=1200 pt=96"
                    + " ! rtpstreampay ! filesink location=\(path).gst")
            let packets = try PayloadLab.packets(path + ".gst")  // of a file: without time
            let out = PayloadLab.receive(packets, AudioDepacketizer(test.format))
            let isSame = out.flatMap(\.bytes) == all
            #expect(isSame)

            let timed = PayloadLab.receive(
                try await PayloadLab.packetsOfFFmpeg(test.input + ["-i", path], path + ".ff"),
                AudioDepacketizer(test.format))
            let isSameThere = timed.flatMap(\.bytes) == all
            #expect(isSameThere)
            let steps = zip(timed, timed.dropFirst()).map {
                Int($1.timestamp - $0.timestamp) * test.format.byteCountPerTick - $0.bytes.count
            }
            #expect(steps.allSatisfy { $0 == 0 })
        }
    }

    @Test(arguments: samples)
    func `our samples come out of others as they went in`(test: Samples) async throws {
        try await Self.withSound(test.encoding) { path in
            let all = try PayloadLab.read(path)
            var packetizer = AudioPacketizer(payloadType: 96, ssrc: 1, sequenceNumber: 65_500)
            var batch = PacketBatch()
            packetizer.packetize(
                all.span.bytes, as: test.format, timestamp: 0, ticksPerPacket: 160, into: &batch)
            try PayloadLab.write(batch, to: path + ".rtp")
            let rate = test.format.clockRate
            try await PayloadLab.launch(
                "filesrc location=\(path).rtp ! application/x-rtp-stream,media=audio,"
                    + "clock-rate=\(rate),encoding-name=\(test.name),payload=96,"
                    + "encoding-params=(string)\(test.channels),channels=\(test.channels)"
                    + " ! rtpstreamdepay ! rtp\(test.payloader)depay"
                    + " ! filesink location=\(path).gst")
            let isSame = try PayloadLab.read(path + ".gst") == all
            #expect(isSame)
            let map = "\(test.name)/\(rate)" + (test.channels > 1 ? "/\(test.channels)" : "")
            try await PayloadLab.script(
                "rtp_to_ffmpeg.py",
                [
                    path + ".rtp", "audio", map, "", "-y", "-c", "copy", "-f", test.input[1],
                    path + ".ff",
                ])
            let isSameThere = try PayloadLab.read(path + ".ff") == all
            #expect(isSameThere)
        }
    }

    static let opus = ["-c:a", "libopus", "-ac", "2", "-f", "ogg"]

    @Test func `others' Opus comes out as it went in, redundant or not`() async throws {
        try await Self.withSound(Self.opus) { path in
            let frames = try PayloadLab.framesOfOgg(path)
            for redundancy in ["", "rtpredenc pt=63 distance=1 allow-no-red-blocks=true !"] {
                try await PayloadLab.launch(
                    "filesrc location=\(path) ! oggdemux ! opusparse ! rtpopuspay pt=96"
                        + " ! \(redundancy) rtpstreampay ! filesink location=\(path).rtp")
                let packets = try PayloadLab.packets(path + ".rtp")
                let whole = Self.received(packets)
                let isSame = whole.frames == frames
                #expect(isSame)
                guard !redundancy.isEmpty else { continue }
                // Each packet has the one before it: every third one may be lost.
                let lossy = packets.enumerated().filter {
                    $0.offset % 3 != 1 || $0.offset + 1 == packets.count
                }
                let mended = Self.received(lossy.map(\.element))
                let isMended = mended.frames == frames
                #expect(isMended)
                #expect(mended.recovered == packets.count - lossy.count)
            }
            let packets = try await PayloadLab.packetsOfFFmpeg(["-i", path], path + ".ff")
            let isSame = Self.received(packets).frames == frames
            #expect(isSame)
        }
    }

    static func received(_ packets: [[UInt8]]) -> (frames: [[UInt8]], recovered: Int) {
        var receiver = TrackReceiver(
            AudioDepacketizer(), payloadType: 96, redundancyPayloadType: 63)
        var frames: [[UInt8]] = []
        for packet in packets {
            receiver.receive(packet.span.bytes, at: .init(nanoseconds: 0))
            while let frame = receiver.next() { frames.append(frame.bytes) }
        }
        return (
            frames.filter { !$0.starts(with: Array("Opus".utf8)) }, receiver.statistics.recovered
        )
    }

    @Test func `our Opus comes out of others as it went in, redundant or not`() async throws {
        try await Self.withSound(Self.opus) { path in
            let frames = try PayloadLab.framesOfOgg(path)
            var plain = AudioPacketizer(payloadType: 96, ssrc: 1, sequenceNumber: 65_500)
            var redundant = RedundantAudioPacketizer(
                redundancyPayloadType: 63, payloadType: 96, ssrc: 1, sequenceNumber: 65_500,
                generations: 2)
            var batches = [PacketBatch(), PacketBatch()]
            for (index, frame) in frames.enumerated() {
                let time = UInt32(index) * 960
                plain.packetize(frame.span.bytes, timestamp: time, into: &batches[0])
                redundant.packetize(frame.span.bytes, timestamp: time, into: &batches[1])
            }
            for (batch, element) in zip(batches, ["", "rtpreddec pt=63 !"]) {
                try PayloadLab.write(batch, to: path + ".rtp")
                try await PayloadLab.launch(
                    "filesrc location=\(path).rtp ! application/x-rtp-stream,media=audio,"
                        + "clock-rate=48000,encoding-name=OPUS,payload=96"
                        + " ! rtpstreamdepay ! \(element) rtpopusdepay"
                        + " ! filesink location=\(path).gst")
                let isSame = try PayloadLab.read(path + ".gst") == frames.flatMap { $0 }
                #expect(isSame)
            }
            try PayloadLab.write(batches[0], to: path + ".rtp")
            try await PayloadLab.script(
                "rtp_to_ffmpeg.py",
                [
                    path + ".rtp", "audio", "opus/48000/2", "sprop-stereo=1", "-y", "-c", "copy",
                    "-f", "ogg", path + ".ff",
                ])
            let isSame = try PayloadLab.framesOfOgg(path + ".ff") == frames
            #expect(isSame)
        }
    }
}
