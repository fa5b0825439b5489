import RTP
import Testing
import Timing
import Wire

@testable import Recording

/// A session that is simply sent: whose packets are taken, when files end, what senders are told.
@Suite struct PlainRecorderTests {
    static let start = Instant(nanoseconds: 1_000_000_000_000)
    static let sender = Endpoint(ipv4: 0x7F00_0001, port: 5555)
    static let description = Array(
        """
        m=video 5004 RTP/AVP 96
        c=IN IP4 127.0.0.1
        a=rtpmap:96 VP8/90000

        """.utf8)

    /// One who has said that nothing has come yet.
    static func recorder() throws -> PlainRecorder {
        var recorder = PlainRecorder(
            try PlainSession(parsing: description), ssrc: 77, cname: "us",
            options: RecordingOptions(container: .webm),
            clock: ClockMap(instant: start, unixNanoseconds: 0), at: start)
        let first = recorder.nextEvent()
        let reason = "nothing has been sent to 127.0.0.1:5004 yet"
        #expect(first == .interrupted(reason: reason, isFinal: false, isAwaited: true))
        return recorder
    }

    /// A whole picture of VP8 in one packet.
    static func packet(_ number: Int, ssrc: UInt32, isKeyframe: Bool = true) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: RTPHeader.byteCount)
        let header = RTPHeader(
            payloadType: 96, sequenceNumber: UInt16(truncatingIfNeeded: number),
            timestamp: UInt32(truncatingIfNeeded: number * 3600), ssrc: ssrc, marker: true)
        bytes.withUnsafeMutableBytes { out in
            if let base = out.baseAddress { _ = header.write(to: base) }
        }
        let tag: [UInt8] = isKeyframe ? [0x10, 0x02, 0, 0x9D, 0x01, 0x2A] : [0x11, 0x02, 0]
        return bytes + [0x10] + tag + [0x40, 0x01, 0xF0, 0x00] + [UInt8](repeating: 7, count: 40)
    }

    static func report(ssrc: UInt32, goodbye: Bool = false) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        SenderReport(
            ssrc: ssrc, ntp: NTPTimestamp(unixNanoseconds: 5_000_000_000), rtpTimestamp: 0,
            packetCount: 1, octetCount: 1
        ).write(to: &writer)
        if goodbye { Goodbye(ssrcs: [ssrc]).write(to: &writer) }
        return writer.bytes
    }

    /// Sends pictures from `first` on, 25 a second, and says what became of files.
    private func send(
        _ range: Range<Int>, ssrc: UInt32, to recorder: inout PlainRecorder
    ) -> [String] {
        var events: [String] = []
        for number in range {
            let now = Self.start + .milliseconds(Int64(40 * number))
            recorder.advance(to: now)
            let bytes = Self.packet(number, ssrc: ssrc, isKeyframe: number % 5 == 0)
            recorder.receive(bytes.span.bytes, from: Self.sender, onSocket: 0, at: now)
            events += Self.files(&recorder)
        }
        return events
    }

    private static func files(_ recorder: inout PlainRecorder) -> [String] {
        var events: [String] = []
        while let event = recorder.nextEvent() {
            switch event {
            case .began: events.append("began")
            case .finished: events.append("finished")
            case .interrupted: events.append("interrupted")
            case .stalled(let isStalled): events.append(isStalled ? "stalled" : "flows")
            case .connected, .counted, .data, .leftOut, .note: continue
            }
        }
        return events
    }

    /// What it tells a person up to a time.
    private static func notes(_ recorder: inout PlainRecorder, until end: Instant) -> [String] {
        while let due = recorder.nextDeadline, due <= end { recorder.advance(to: due) }
        var notes: [String] = []
        while let event = recorder.nextEvent() {
            if case .note(let text) = event { notes.append(text) }
        }
        return notes
    }

    @Test func `that nothing comes is told once, when it has not come for four seconds`() throws {
        var recorder = try Self.recorder()
        #expect(Self.notes(&recorder, until: Self.start + .milliseconds(3999)).isEmpty)
        #expect(
            Self.notes(&recorder, until: Self.start + .seconds(4))
                == ["still nothing has been sent to 127.0.0.1:5004"])
        #expect(Self.notes(&recorder, until: Self.start + .seconds(60)).isEmpty)
        var served = try Self.recorder()
        _ = send(0..<1, ssrc: 1, to: &served)
        #expect(Self.notes(&served, until: Self.start + .seconds(60)).isEmpty, "it has come")
    }

    @Test func `what is sent that is not described is told as that, four seconds after it came`()
        throws
    {
        var recorder = try Self.recorder()
        #expect(
            Self.notes(&recorder, until: Self.start + .seconds(5))
                == ["still nothing has been sent to 127.0.0.1:5004"])
        var packet = Self.packet(0, ssrc: 1)
        packet[1] = 97
        for second in 6...20 {
            let now = Self.start + .seconds(Int64(second))
            recorder.advance(to: now)
            recorder.receive(packet.span.bytes, from: Self.sender, onSocket: 0, at: now)
        }
        let told = recorder.nextEvent()
        let reason =
            "what is sent to 127.0.0.1:5004 is not what the SDP file describes: it has payload type 97"
        #expect(told == .interrupted(reason: reason, isFinal: false))
        let more = recorder.nextEvent()
        #expect(more == nil)
        #expect(send(600..<601, ssrc: 1, to: &recorder) == ["began"])
    }

    @Test func `what is described may come beside what is not`() throws {
        var recorder = try Self.recorder()
        let other = [UInt8](repeating: 0x47, count: 188)  // MPEG-TS without RTP
        recorder.receive(other.span.bytes, from: Self.sender, onSocket: 0, at: Self.start)
        _ = send(0..<1, ssrc: 1, to: &recorder)
        recorder.receive(other.span.bytes, from: Self.sender, onSocket: 0, at: Self.start)
        #expect(Self.notes(&recorder, until: Self.start + .seconds(60)).isEmpty)
        var served = try Self.recorder()
        served.receive(other.span.bytes, from: Self.sender, onSocket: 0, at: Self.start)
        served.advance(to: Self.start + .seconds(4))
        let told = served.nextEvent()
        guard case .interrupted(let reason, _, _) = told else {
            return #expect(Bool(false), "\(String(describing: told))")
        }
        #expect(reason.hasSuffix("describes: it is no RTP"))
    }

    @Test func `a second source is not heard while the first sends, and begins a file after it`()
        throws
    {
        var recorder = try Self.recorder()
        #expect(send(0..<50, ssrc: 1, to: &recorder) == ["began"])
        let now = Self.start + .milliseconds(2010)
        for number in 0..<5 {
            let other = Self.packet(number, ssrc: 2)
            recorder.receive(other.span.bytes, from: Self.sender, onSocket: 0, at: now)
        }
        #expect(Self.files(&recorder).isEmpty)
        // The first is silent from picture 50 on; the second is taken two seconds later.
        #expect(send(110..<130, ssrc: 2, to: &recorder) == ["finished", "began"])
    }

    @Test func `packets of a second source are counted`() throws {
        var recorder = try Self.recorder()
        _ = send(0..<50, ssrc: 1, to: &recorder)
        let now = Self.start + .milliseconds(2010)
        for number in 0..<5 {
            let other = Self.packet(number, ssrc: 2)
            recorder.receive(other.span.bytes, from: Self.sender, onSocket: 0, at: now)
        }
        recorder.close(at: now)
        var counts: [UInt64] = []
        while let event = recorder.nextEvent() {
            if case .finished(let statistics) = event { counts.append(statistics.foreignPackets) }
        }
        #expect(counts == [5])
    }

    @Test func `a goodbye ends the file at once, and the next source begins another`() throws {
        var recorder = try Self.recorder()
        _ = send(0..<20, ssrc: 1, to: &recorder)
        let goodbye = Self.report(ssrc: 1, goodbye: true)
        recorder.receive(
            goodbye.span.bytes, from: Self.sender, onSocket: 1,
            at: Self.start + .milliseconds(800))
        #expect(Self.files(&recorder) == ["finished", "interrupted"])
        #expect(send(21..<30, ssrc: 9, to: &recorder) == ["began"])
    }

    @Test func `a source behind one that has stopped is no longer missed`() throws {
        var recorder = try Self.recorder()
        _ = send(0..<20, ssrc: 1, to: &recorder)
        recorder.advance(to: Self.start + .milliseconds(760 + 5000))
        #expect(Self.files(&recorder) == ["stalled"])
        #expect(send(150..<160, ssrc: 2, to: &recorder) == ["finished", "flows", "began"])
    }

    @Test func `a source that sends nothing is noticed within five seconds`() throws {
        var recorder = try Self.recorder()
        _ = send(0..<20, ssrc: 1, to: &recorder)
        recorder.advance(to: Self.start + .milliseconds(760 + 5000))
        #expect(Self.files(&recorder) == ["stalled"])
        #expect(send(160..<190, ssrc: 1, to: &recorder).contains("flows"))
    }

    @Test func `who has never sent is awaited for ever, and missed from the first packet on`()
        throws
    {
        var recorder = try Self.recorder()
        let hour = Self.start + .seconds(3600)
        recorder.advance(to: hour)
        #expect(Self.files(&recorder).isEmpty, "nothing is to be expected yet")
        // Of a picture that is no key frame no file is made.
        let packet = Self.packet(0, ssrc: 1, isKeyframe: false)
        recorder.receive(packet.span.bytes, from: Self.sender, onSocket: 0, at: hour)
        let connected = recorder.nextEvent()
        #expect(connected == .connected(at: hour))
        recorder.advance(to: hour + .seconds(5))
        #expect(Self.files(&recorder) == ["stalled"])
    }

    @Test func `the address that sender reports come from hears how the packets arrive`() throws {
        var recorder = try Self.recorder()
        let early = Self.report(ssrc: 1)  // ffmpeg's first report comes before its first packet
        recorder.receive(early.span.bytes, from: Self.sender, onSocket: 1, at: Self.start)
        _ = send(0..<20, ssrc: 1, to: &recorder)
        recorder.advance(to: Self.start + .seconds(5))
        var arena = SendArena()
        let transmit = recorder.nextTransmit(into: &arena)
        #expect(transmit?.destination == Self.sender)
        let next = recorder.nextTransmit(into: &arena)
        #expect(next == nil)
    }

    @Test func `no cut of a packet or a report stops it`() throws {
        var recorder = try Self.recorder()
        for bytes in [Self.packet(0, ssrc: 1), Self.report(ssrc: 1, goodbye: true)] {
            for count in 0...bytes.count {
                let cut = Array(bytes[..<count])
                recorder.receive(cut.span.bytes, from: Self.sender, onSocket: 0, at: Self.start)
                recorder.receive(cut.span.bytes, from: Self.sender, onSocket: 9, at: Self.start)
            }
        }
        recorder.close(at: Self.start)
    }
}

/// Descriptions as programs print them and people write them.
@Suite struct PlainSessionTests {
    private func session(_ text: String, at address: Endpoint? = nil) throws -> PlainSession {
        try PlainSession(parsing: Array(text.utf8), at: address)
    }

    static let ffmpeg = """
        SDP:
        v=0
        o=- 0 0 IN IP4 127.0.0.1
        s=No Name
        t=0 0
        a=tool:libavformat 59.27.100
        m=video 5004 RTP/AVP 96
        c=IN IP4 127.0.0.1
        b=AS:200
        a=rtpmap:96 H264/90000
        a=fmtp:96 packetization-mode=1
        m=audio 5006 RTP/AVP 97
        c=IN IP4 127.0.0.1
        a=rtpmap:97 MPEG4-GENERIC/48000/1
        a=fmtp:97 profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1188

        """

    @Test func `each track listens on its port and the next for reports`() throws {
        let found = try session(Self.ffmpeg)
        #expect(found.tracks.map(\.isPicture) == [true, false])
        #expect(found.sockets.map(\.port) == [5004, 5005, 5006, 5007])
        #expect(found.tracksOfSocket == [[0], [0], [1], [1]])
        #expect(found.sockets.allSatisfy { $0.isLoopback })
    }

    @Test func `reports are where the description says, or with the packets`() throws {
        let elsewhere = "m=audio 6000 RTP/AVP 0\na=rtcp:7001\n"
        #expect(try session(elsewhere).sockets.map(\.port) == [6000, 7001])
        let muxed =
            "m=audio 6000 RTP/AVP 0\na=rtcp-mux\nm=video 6000 RTP/AVP 96\n"
            + "a=rtpmap:96 H264/90000\na=rtcp-mux\n"
        let found = try session(muxed)
        #expect(found.sockets.map(\.port) == [6000] && found.tracksOfSocket == [[0, 1]])
    }

    @Test func `another address may be given`() throws {
        let address = Endpoint(ipv4: 0x7F00_0001, port: 9000)
        let found = try session(Self.ffmpeg, at: address)
        #expect(found.sockets.map(\.port) == [9000, 9001, 9002, 9003])
    }

    @Test(arguments: [
        "", "m=video 5004 RTP/AVP 26\n", "m=video 0 RTP/AVP 96\na=rtpmap:96 VP8/90000\n",
        "m=audio 5004 RTP/AVP 0\nc=IN IP4 239.1.1.1/15\n",
        "m=audio 5004 RTP/AVP 0\nc=IN IP4 camera.example\n",
    ])
    func `what cannot be listened to is refused`(text: String) {
        #expect(throws: RecordingError.self) { try session(text) }
    }

    @Test func `no cut of a description stops it`() {
        let text = Array(Self.ffmpeg.utf8)
        for count in 0...text.count { _ = try? PlainSession(parsing: Array(text[..<count])) }
    }
}
