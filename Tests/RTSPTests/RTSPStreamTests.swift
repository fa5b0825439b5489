import RTSP
import Testing

@Suite struct RTSPStreamTests {
    static let answer = Array("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\na$b".utf8)
    static let question = Array("OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n".utf8)

    static func frame(_ packet: [UInt8], channel: UInt8 = 0) -> [UInt8] {
        var octets: [UInt8] = []
        InterleavedFrame.append(packet.span.bytes, channel: channel, to: &octets)
        return octets
    }

    /// What the stream gives, as words; frames with their packets.
    static func words(_ octets: [UInt8], cut: Int, expecting channels: [UInt8] = [0, 1]) -> [String]
    {
        var stream = RTSPStream()
        for channel in channels { stream.expectedChannels[channel] = true }
        var words: [String] = []
        for start in stride(from: 0, to: octets.count, by: cut) {
            stream.receive(octets[start..<min(start + cut, octets.count)].span.bytes)
            do {
                while let item = try stream.next() {
                    switch item {
                    case .request(let request): words.append(request.method.rawValue)
                    case .response(let response):
                        words.append("\(response.status) \(response.body.count)")
                    case .frame(let frame):
                        let packet = stream.bytes(of: frame).withUnsafeBytes { Array($0) }
                        words.append("\(frame.channel) \(packet)")
                    case .skipped(let count): words.append("skipped \(count)")
                    }
                }
            } catch {
                words.append(error.description)
                return words
            }
        }
        return words
    }

    @Test func `messages and frames come apart at every cut`() {
        let short: [UInt8] = [0x80, 1, 2]
        let octets =
            Self.answer + Self.frame(short) + [13, 10] + Self.frame([], channel: 1)
            + Self.frame([5, 6], channel: 9) + Self.question + [10] + Self.frame(short, channel: 1)
            + Self.answer
        let expected = [
            "200 3", "0 [128, 1, 2]", "1 []", "9 [5, 6]", "OPTIONS", "1 [128, 1, 2]", "200 3",
        ]
        for cut in 1...octets.count { #expect(Self.words(octets, cut: cut) == expected) }
    }

    @Test(arguments: [
        ([UInt8](repeating: 0, count: 50), 50), (Array("rubbish and $ more\r\n\r\n".utf8), 22),
        ([0x24, 0, 0, 3, 0x40, 1, 2], 7), ([0xFF, 0x24, 0, 0, 7, 0x80], 6),
        ([0x24, 0, 0xFF, 0xFF, 0x00], 5), (Array("RTSP/0 RTSP/1,$".utf8), 15),
    ]) func `skips and counts what is neither, until step is found`(garbage: [UInt8], count: Int) {
        let packet = [0x80] + [UInt8](repeating: 7, count: 11)
        for next in [Self.frame(packet), Self.answer] {
            let octets = Self.answer + garbage + next + Self.question
            let item = next == Self.answer ? "200 3" : "0 \(packet)"
            for cut in 1...octets.count {
                let words = Self.words(octets, cut: cut)
                #expect(words == ["200 3", "skipped \(count)", item, "OPTIONS"])
            }
        }
    }

    /// The camera writes half a frame, then goes on with the next (Canon VB-H47).
    @Test func `finds step again after a frame that was cut short`() {
        let packet = [0x80] + [UInt8](repeating: 7, count: 40)
        let whole = Self.frame(packet)
        let octets = Self.answer + whole[..<20] + whole + whole + whole
        for cut in [1, 2, 3, 5, 50, 1000] {
            let words = Self.words(octets, cut: cut)
            #expect(words.last == "0 \(packet)")
            #expect(words.contains { $0.hasPrefix("skipped") })
        }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "220 ftp ready\r\n", "\u{1}", "\u{16}\u{3}",
    ])
    func `what never was RTSP is said to be none`(text: String) {
        for cut in [1, 1000] {
            let words = Self.words(Array(text.utf8), cut: cut)
            #expect(words == [RTSPError.notRTSP.description])
        }
    }

    @Test func `a header or body too long is an error, one that just fits is not`() {
        let start = "RTSP/1.0 200 OK\r\n"
        let end = "\r\n\r\n"
        func head(_ count: Int) -> [UInt8] {
            let filler = count - start.utf8.count - end.utf8.count - 3
            return Array((start + "A: " + String(repeating: "x", count: filler) + end).utf8)
        }
        let limit = RTSPStream.headLimit
        #expect(Self.words(head(limit), cut: 1000) == ["200 0"])
        let tooLong = RTSPError.tooLarge(part: "header", limit: limit).description
        #expect(Self.words(head(limit + 1), cut: 1000) == [tooLong])
        func body(_ count: Int) -> [UInt8] {
            Array((start + "Content-Length: \(count)\r\n\r\n").utf8)
                + [UInt8](repeating: 0x24, count: count)
        }
        #expect(Self.words(body(65_536), cut: 1000) == ["200 65536"])
        let tooLarge = RTSPError.tooLarge(part: "body", limit: 65_536).description
        #expect(Self.words(body(65_537), cut: 1000) == [tooLarge])
    }

    @Test func `gives up when step is not found again`() {
        let octets = Self.answer + [UInt8](repeating: 0xFF, count: 300_000)
        #expect(
            Self.words(octets, cut: 4096)
                == ["200 3", RTSPError.stepLost(byteCount: 262_145).description])
    }

    @Test func `a frame may be as long as its length can say, and no longer`() {
        let packet = [0x80] + [UInt8](repeating: 1, count: 65_534)
        let octets = Self.frame(packet)
        #expect(Self.words(octets, cut: 60_000) == ["0 \(packet)"])
        var none: [UInt8] = []
        let longer = packet + [0]
        #expect(InterleavedFrame.append(longer.span.bytes, channel: 0, to: &none) == false)
        #expect(none.isEmpty)
    }

    @Test func `frames stay readable when told to keep them, and are empty when forgotten`() throws
    {
        var stream = RTSPStream()
        let (first, second) = (Self.frame([0x80, 1]), Self.frame([0x80, 2]))
        stream.receive(first.span.bytes)
        guard case .frame(let one) = try stream.next() else { return #expect(Bool(false)) }
        stream.receive(second.span.bytes, keepingFrames: true)
        let kept = stream.bytes(of: one).withUnsafeBytes { Array($0) }
        #expect(kept == [0x80, 1])
        guard case .frame(let two) = try stream.next() else { return #expect(Bool(false)) }
        stream.receive(first.span.bytes)
        #expect(stream.bytes(of: one).byteCount == 0)
        #expect(stream.bytes(of: two).byteCount == 0)
        #expect(stream.heldByteCount == first.count)
    }

    @Test func `a set of channels holds each by itself`() {
        var channels = ChannelSet()
        for channel in [UInt8(0), 63, 64, 128, 255] {
            channels[channel] = true
            #expect((0...255).filter { channels[UInt8($0)] } == [Int(channel)])
            channels[channel] = false
        }
        #expect(channels == ChannelSet())
    }
}
