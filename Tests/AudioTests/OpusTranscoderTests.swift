import Audio
import Codecs
import Testing

@Suite struct OpusTranscoderTests {
    static func transcoder(
        _ format: AudioFormat, clockRate: Int, packetLimit: Int = 20_000
    ) throws -> OpusTranscoder {
        var configuration = OpusTranscoder.Configuration()
        configuration.packetLimit = packetLimit
        configuration.encoder.complexity = 0  // hours of sound are made here
        return try OpusTranscoder(format, clockRate: clockRate, configuration: configuration)
    }

    /// Silence in µ-law: 20 ms at 8 kHz.
    static let silence = [UInt8](repeating: 0xFF, count: 160)

    static func areContiguous(_ packets: [OpusPacket]) -> Bool {
        zip(packets, packets.dropFirst()).allSatisfy { $1.timestamp - $0.timestamp == 960 }
    }

    @Test(arguments: [(48_000, 2), (44_100, 1), (16_000, 1)])
    func `a tone goes in as AAC and comes out as Opus`(rate: Int, channelCount: Int) throws {
        let source = try #require(
            AACSource(
                Tone.sine(1_000, rate: rate, count: rate), rate: rate, channelCount: channelCount))
        var transcoder = try Self.transcoder(.aac(source.configuration), clockRate: rate)
        for (index, frame) in source.frames.enumerated() {
            transcoder.receive(frame.span.bytes, timestamp: Int64(index * 1_024))
        }
        transcoder.finish()
        let packets = drain(&transcoder)
        #expect(Self.areContiguous(packets))
        #expect(packets.map(\.isFirst) == packets.indices.map { $0 == 0 })
        let heard = listen(to: packets)[9_600..<38_400]
        #expect(Tone.share(of: 1_000, in: heard, rate: 48_000) > 0.9)
        #expect(Tone.share(of: 1_500, in: heard, rate: 48_000) < 0.01)
    }

    @Test(arguments: [48_000, 44_100])
    func `sound is heard at the very sample at which it was recorded`(rate: Int) throws {
        let chirp = Tone.chirp(rate: rate, count: rate)
        let source = try #require(AACSource(chirp, rate: rate, channelCount: 1))
        var transcoder = try Self.transcoder(.aac(source.configuration), clockRate: rate)
        for (index, frame) in source.frames.enumerated() {
            transcoder.receive(frame.span.bytes, timestamp: Int64((index - 1) * 1_024))
        }
        let packets = drain(&transcoder)
        let first = Int(try #require(packets.first).timestamp)
        let heard = listen(to: packets)
        let original = Tone.chirp(rate: 48_000, count: 48_000)
        let likenesses = (-10...10).map { Self.likeness(heard, original, at: $0 - first) }
        let best = likenesses.firstIndex(of: likenesses.max() ?? 0).map { $0 - 10 }
        #expect(abs(try #require(best)) <= 1)
    }

    static func likeness(_ heard: [Float], _ original: [Float], at shift: Int) -> Double {
        heard.withUnsafeBufferPointer { heard in
            original.withUnsafeBufferPointer { original in
                var (sum, index) = (Float(0), 12_000)
                while index < 30_000 {
                    sum += heard[index &+ shift] * original[index]
                    index &+= 2
                }
                return Double(sum)
            }
        }
    }

    @Test(arguments: [8_000, 44_100]) func `timestamps are exact over 10 000 frames`(rate: Int)
        throws
    {
        let isAAC = rate == 44_100
        let source = try #require(
            AACSource([Float](repeating: 0, count: 2_048), rate: 44_100, channelCount: 1))
        let frame = isAAC ? source.frames[0] : Self.silence
        let samples: Int64 = isAAC ? 1_024 : 160
        let format: AudioFormat =
            isAAC ? .aac(source.configuration) : .pcmu(sampleRate: 8_000, channelCount: 1)
        var transcoder = try Self.transcoder(format, clockRate: rate)
        let start: Int64 = 4_294_960_000
        for index in 0..<Int64(10_000) {
            transcoder.receive(frame.span.bytes, timestamp: start + index * samples)
        }
        transcoder.finish()
        let packets = drain(&transcoder)
        #expect(Self.areContiguous(packets))
        let begin = (start * 48_000 + Int64(rate) / 2) / Int64(rate)
        #expect(packets.first?.timestamp == begin - 312)
        let total = (10_000 * samples * 48_000 + Int64(rate) / 2) / Int64(rate) + 312
        #expect(packets.count == Int((total + 959) / 960))
        #expect(transcoder.statistics.stretchedSamples == 0)
        #expect(transcoder.statistics.silentSamples == 0)
    }

    @Test func `garbage is counted and silent, and nothing traps`() throws {
        let source = try #require(
            AACSource(Tone.sine(500, rate: 48_000, count: 30_720), rate: 48_000, channelCount: 2))
        var transcoder = try Self.transcoder(.aac(source.configuration), clockRate: 48_000)
        var value: UInt64 = 1
        for (index, frame) in source.frames.enumerated() {
            var octets = frame
            if index % 3 == 2 {
                for place in octets.indices {
                    value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    octets[place] = UInt8(truncatingIfNeeded: value >> 56)
                }
            }
            transcoder.receive(octets.span.bytes, timestamp: Int64(index * 1_024))
        }
        let nothing: [UInt8] = []
        transcoder.receive(nothing.span.bytes, timestamp: 5)
        for count in 0..<source.frames[5].count {
            let cut = Array(source.frames[5][..<count])
            transcoder.receive(cut.span.bytes, timestamp: Int64(40 * 1_024))
        }
        let statistics = transcoder.statistics
        #expect(statistics.malformedFrames > 0)
        #expect(Self.areContiguous(drain(&transcoder)))
    }

    @Test func `a lost frame becomes silence of its length`() throws {
        var transcoder = try Self.transcoder(
            .pcmu(sampleRate: 8_000, channelCount: 1), clockRate: 8_000)
        for index in 0..<100 where index != 50 {
            transcoder.receive(
                Self.silence.span.bytes, timestamp: Int64(index * 160), followsLoss: index == 51)
        }
        transcoder.finish()
        #expect(transcoder.statistics.silentSamples == 960)
        let packets = drain(&transcoder)
        #expect(Self.areContiguous(packets))
        #expect(packets.count == 101)  // a hundred, and what the encoder looks ahead
    }

    @Test func `a gap of up to a second is silence, a longer one a jump`() throws {
        for (gap, jumps) in [(Int64(8_000), 0), (8_001, 1), (80_000, 1), (-8_001, 1)] {
            var transcoder = try Self.transcoder(
                .pcma(sampleRate: 8_000, channelCount: 1), clockRate: 8_000)
            for index in 0..<Int64(100) {
                transcoder.receive(
                    Self.silence.span.bytes,
                    timestamp: 100_000 + index * 160 + (index < 50 ? 0 : gap))
            }
            transcoder.finish()
            let packets = drain(&transcoder)
            #expect(transcoder.statistics.jumps == jumps)
            #expect(packets.filter(\.isFirst).count == 1 + jumps)
            #expect(Self.areContiguous(packets) == (jumps == 0))
            #expect(packets.contains { $0.timestamp == (108_000 + gap) * 6 - 312 })
        }
    }

    @Test func `frames from the past are left out`() throws {
        var transcoder = try Self.transcoder(
            .pcmu(sampleRate: 8_000, channelCount: 1), clockRate: 8_000)
        for time in [0, 160, 320, 480, 640, 800, 0, 160, 960, 1_120] as [Int64] {
            transcoder.receive(Self.silence.span.bytes, timestamp: time)
        }
        #expect(transcoder.statistics.lateFrames == 2)
        #expect(transcoder.statistics.silentSamples == 0)
    }

    @Test(arguments: [500, -500]) func `drift is kept under a bound`(partsPerMillion: Int64) throws
    {
        var transcoder = try Self.transcoder(
            .pcmu(sampleRate: 8_000, channelCount: 1), clockRate: 90_000)
        var (worst, last) = (Int64(0), Int64(0))
        for index in 0..<Int64(4_500) {  // ninety seconds: 45 ms of drift
            let time = index * 1_800 + index * 1_800 * partsPerMillion / 1_000_000
            transcoder.receive(Self.silence.span.bytes, timestamp: time)
            while let packet = transcoder.next() { last = packet.timestamp }
            worst = max(worst, abs(time * 48 / 90 - last))
        }
        #expect(worst < 960 + 312 + 960)  // 20 ms of drift beside the packet under way
        #expect(transcoder.statistics.jumps == 0)
        #expect(abs(transcoder.statistics.stretchedSamples - 2_160) < 600)
        #expect(transcoder.statistics.silentSamples == 0)
    }

    @Test func `packets that nobody fetches are bounded`() throws {
        var transcoder = try Self.transcoder(
            .linear16(sampleRate: 48_000, channelCount: 2), clockRate: 48_000, packetLimit: 10)
        let frame = [UInt8](repeating: 0, count: 960 * 4)
        for index in 0..<100 {
            transcoder.receive(frame.span.bytes, timestamp: Int64(index * 960))
        }
        #expect(drain(&transcoder).count == 10)
        #expect(transcoder.statistics.droppedPackets == transcoder.statistics.packets - 10)
    }

    @Test(arguments: [Int64.min, .max, 0, 1 << 46]) func `no timestamp traps`(time: Int64) throws {
        var transcoder = try Self.transcoder(
            .pcmu(sampleRate: 8_000, channelCount: 1), clockRate: 8_000)
        for other in [0, time, time, 0] as [Int64] {
            transcoder.receive(Self.silence.span.bytes, timestamp: other)
        }
        transcoder.finish()
        #expect(transcoder.statistics.packets > 0)
    }
}

@Suite struct AudioDecoderTests {
    @Test func `µ-law and A-law decode to what G 711 says`() throws {
        var sound = PCM(channelCount: 1, sampleRate: 8_000)
        var decoder = try AudioDecoder(.pcmu(sampleRate: 8_000, channelCount: 1))
        let frame: [UInt8] = [0xFF, 0x80, 0x00, 0x7F]
        #expect(Self.decode(frame, &decoder, &sound))
        #expect(sound.samples.map { $0 * 32_768 } == [0, 32_124, -32_124, 0])
        var other = PCM(channelCount: 1, sampleRate: 8_000)
        decoder = try AudioDecoder(.pcma(sampleRate: 8_000, channelCount: 1))
        #expect(Self.decode([0xD5, 0xAA, 0x2A], &decoder, &other))
        #expect(other.samples.map { $0 * 32_768 } == [8, 32_256, -32_256])
    }

    static func decode(
        _ frame: [UInt8], _ decoder: inout AudioDecoder, _ sound: inout PCM
    ) -> Bool {
        decoder.decode(frame.span.bytes, into: &sound)
    }

    @Test(arguments: [(0, 1), (8_000, 0), (8_000, 9), (1_000_000, 1)])
    func `what cannot be decoded is refused with a word`(rate: Int, count: Int) {
        #expect(throws: AudioError.unsupported(sampleRate: rate, channelCount: count)) {
            _ = try OpusTranscoder(.pcmu(sampleRate: rate, channelCount: count), clockRate: 8_000)
        }
    }
}

@Suite struct OpusEncoderTests {
    @Test func `packets are twenty milliseconds, and the look-ahead is 312 samples`() throws {
        var configuration = OpusEncoder.Configuration()
        configuration.channelCount = 1
        var encoder = try OpusEncoder(configuration)
        #expect(encoder.lookahead == 312)
        var packet: [UInt8] = []
        let isWhole = encoder.encode(Tone.sine(440, rate: 48_000, count: 960), into: &packet)
        #expect(isWhole)
        let toc = try OpusTOC(parsing: packet.span.bytes)
        #expect(toc.durationTicks == 960 && !toc.isStereo)
        let isShort = encoder.encode([Float](repeating: 0, count: 959), into: &packet)
        #expect(!isShort)
    }

    @Test func `a bitrate that libopus does not know is refused`() {
        var configuration = OpusEncoder.Configuration()
        configuration.bitrate = 0
        #expect(throws: AudioError.self) { _ = try OpusEncoder(configuration) }
    }
}
