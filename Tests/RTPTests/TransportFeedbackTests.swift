import RTP
import Testing
import Timing
import Wire

@Suite struct TransportFeedbackTests {
    static func instant(_ microseconds: Int64) -> Instant {
        Instant(nanoseconds: microseconds * 1_000)
    }

    /// What the wire carries of `feedback`, read back.
    static func throughTheWire(_ feedback: TransportFeedback) throws -> TransportFeedback {
        var writer = ByteWriter()
        feedback.write(to: &writer)
        #expect(writer.count <= 1_200)
        let bytes = writer.bytes
        var reader = RTCPReader(bytes.span.bytes)
        let packet = reader.next()
        guard case .transportFeedback(let read) = packet else {
            throw ParseError.invalid(field: "feedback", at: 0)
        }
        return read
    }

    static func drain(_ generator: inout TransportFeedbackGenerator) throws -> [TransportFeedback] {
        var feedbacks: [TransportFeedback] = []
        while let feedback = generator.nextFeedback() {
            let read = try throughTheWire(feedback)
            #expect(read == feedback)
            feedbacks.append(read)
        }
        return feedbacks
    }

    @Test func `writes the octets worked out by hand`() throws {
        var generator = TransportFeedbackGenerator(senderSSRC: 1)
        generator.record(10, mediaSSRC: 2, at: Self.instant(193_000))
        generator.record(11, mediaSSRC: 2, at: Self.instant(193_500))
        generator.record(13, mediaSSRC: 2, at: Self.instant(293_500))
        #expect(try Self.drain(&generator).isEmpty)
        #expect(generator.nextDeadline == Self.instant(293_000))
        generator.advance(to: Self.instant(293_500))
        let feedback = try #require(try Self.drain(&generator).first)
        var writer = ByteWriter()
        feedback.write(to: &writer)
        #expect(
            writer.bytes == [
                0x8F, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2,
                0, 10, 0, 4,  // base and count
                0, 0, 3, 0,  // 3 × 64 ms, first feedback
                0xD4, 0x80,  // two-bit symbols: small, small, lost, large
                4, 2, 0x01, 0x90, 0, 0,  // 1 ms, 0.5 ms, 100 ms
            ]
        )
        #expect(generator.nextDeadline == nil)
    }

    @Test(arguments: [0, 1, 127, 128, 32767, 32768, 65535] as [UInt16])
    func `every arrival is told exactly, whatever is lost or late`(start: UInt16) throws {
        for seed in UInt64(1)...20 {
            var random = Seeded(state: seed)
            var generator = TransportFeedbackGenerator(senderSSRC: 1)
            var sent: [UInt16: Int64] = [:]
            var told: [UInt16: Int64] = [:]
            var now: Int64 = 1_000_000
            var held: UInt16?
            for step in UInt16(0)..<1_500 {
                now += Int64(random.next() % 20_000)
                let number = start &+ step
                if random.next() % 10 == 0 { continue }  // lost
                if held == nil, random.next() % 10 == 0 { held = number; continue }
                for arrived in [number, held].compactMap({ $0 }) {
                    generator.record(arrived, mediaSSRC: 2, at: Self.instant(now))
                    sent[arrived] = now / 250
                }
                held = nil
                generator.advance(to: Self.instant(now))
                for feedback in try Self.drain(&generator) {
                    for arrival in feedback.arrivals {
                        let ticks = feedback.time(of: arrival).nanoseconds / 250_000
                        told[feedback.sequenceNumber(of: arrival)] = ticks
                    }
                }
            }
            generator.advance(to: Self.instant(now + 200_000))
            for feedback in try Self.drain(&generator) {
                for arrival in feedback.arrivals {
                    let ticks = feedback.time(of: arrival).nanoseconds / 250_000
                    told[feedback.sequenceNumber(of: arrival)] = ticks
                }
            }
            #expect(told == sent)
        }
    }

    @Test func `two hundred packets are told before the time is up`() throws {
        var generator = TransportFeedbackGenerator(senderSSRC: 1)
        for number in UInt16(0)..<200 {
            generator.record(number, mediaSSRC: 2, at: Self.instant(1_000))
        }
        #expect(generator.nextDeadline == Self.instant(1_000))
        generator.advance(to: Self.instant(1_000))
        let feedbacks = try Self.drain(&generator)
        #expect(feedbacks.map(\.packetStatusCount) == [200])
        #expect(generator.nextDeadline == nil)
    }

    @Test func `a delta too large for sixteen bits begins another packet`() throws {
        var generator = TransportFeedbackGenerator(senderSSRC: 1)
        generator.record(1, mediaSSRC: 2, at: Self.instant(0))
        generator.record(2, mediaSSRC: 2, at: Self.instant(9_000_000))
        generator.advance(to: Self.instant(9_000_000))
        let feedbacks = try Self.drain(&generator)
        #expect(feedbacks.map(\.baseSequenceNumber) == [1, 2])
        #expect(feedbacks.map(\.feedbackPacketCount) == [0, 1])
    }

    @Test func `a jump beyond the window begins anew and costs no memory`() throws {
        var generator = TransportFeedbackGenerator(senderSSRC: 1)
        generator.record(1, mediaSSRC: 2, at: Self.instant(0))
        generator.record(20_000, mediaSSRC: 2, at: Self.instant(1))
        generator.record(2, mediaSSRC: 2, at: Self.instant(2))
        generator.advance(to: Self.instant(100_000))
        let feedbacks = try Self.drain(&generator)
        #expect(feedbacks.map(\.baseSequenceNumber) == [20_000])
        #expect(feedbacks.first?.arrivals.count == 1)
    }

    @Test func `the reference time goes on across its wrap after six days and twelve`() throws {
        for wrap in [Int64(1) << 23, 1 << 24] {  // of 64 ms, signed
            var generator = TransportFeedbackGenerator(senderSSRC: 1)
            let moment = wrap * 64_000
            var told: [Int32] = []
            for (number, offset) in [-64_000, 0, 64_000].enumerated() {
                let now = Self.instant(moment + Int64(offset) + 250)
                generator.record(UInt16(number), mediaSSRC: 2, at: now)
                generator.advance(to: now + .milliseconds(100))
                let feedback = try #require(try Self.drain(&generator).first)
                #expect(feedback.arrivals == [.init(index: 0, ticks: 1)])
                told.append(feedback.referenceTime)
            }
            let signed: [Int32] = [0x7F_FFFF, -0x80_0000, -0x7F_FFFF]
            #expect(told == (wrap == 1 << 23 ? signed : [-1, 0, 1]))
        }
    }

    @Test func `feedback is counted on across 256`() throws {
        var generator = TransportFeedbackGenerator(senderSSRC: 1)
        for number in 0..<600 {
            let now = Self.instant(Int64(number) * 100_000)
            generator.record(UInt16(number), mediaSSRC: 2, at: now)
            generator.advance(to: now + .milliseconds(100))
            let counts = try Self.drain(&generator).map(\.feedbackPacketCount)
            #expect(counts == [UInt8(truncatingIfNeeded: number)])
        }
    }

    @Test func `a duplicate does not move the first arrival`() throws {
        var generator = TransportFeedbackGenerator(senderSSRC: 1)
        generator.record(1, mediaSSRC: 2, at: Self.instant(1_000))
        generator.record(1, mediaSSRC: 2, at: Self.instant(9_000))
        generator.advance(to: Self.instant(200_000))
        let feedback = try #require(try Self.drain(&generator).first)
        #expect(feedback.arrivals == [.init(index: 0, ticks: 4)])
    }

    @Test func `65 535 lost packets announced in a few octets cost nothing`() {
        // Eight runs of 8 191 losses and a rest, no delta.
        var bytes: [UInt8] = [
            0x8F, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0,
        ]
        for _ in 0..<8 { bytes += [0x1F, 0xFF] }
        bytes += [0x00, 0x07, 0, 0]
        bytes[3] = UInt8(bytes.count / 4 - 1)
        var reader = RTCPReader(bytes.span.bytes)
        guard case .transportFeedback(let feedback) = reader.next() else {
            Issue.record("not read")
            return
        }
        #expect(feedback.packetStatusCount == 65_535)
        #expect(feedback.arrivals.isEmpty)
    }

    @Test func `an empty run and a reserved symbol are refused`() {
        for chunk in [[0x00, 0x00], [0x60, 0x01], [0xF0, 0x00]] as [[UInt8]] {
            let bytes: [UInt8] =
                [0x8F, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0] + chunk + [1, 1]
            var reader = RTCPReader(bytes.span.bytes)
            let packet = reader.next()
            #expect(packet == nil)
            #expect(reader.failure != nil)
        }
    }
}

/// A small generator with a seed, so that a failure can be repeated (SplitMix64).
struct Seeded {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
