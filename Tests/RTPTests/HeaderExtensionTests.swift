import RTP
import Testing
import Timing
import Wire

@Suite struct HeaderExtensionTests {
    struct Found: Hashable {
        var id: UInt8
        var value: [UInt8]
    }

    static func elements(profile: UInt16, _ block: [UInt8]) throws -> [Found] {
        let words = block.count / 4
        let bytes: [UInt8] =
            [0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
            + [UInt8(profile >> 8), UInt8(profile & 0xFF), UInt8(words >> 8), UInt8(words & 0xFF)]
            + block + [0xEE]
        let layout = try RTPLayout(parsing: bytes.span.bytes)
        var found: [Found] = []
        var elements = layout.elements(in: bytes.span.bytes)
        while let element = elements.next() {
            let range = element.offset..<element.offset + element.byteCount
            found.append(Found(id: element.id, value: Array(bytes[range])))
        }
        return found
    }

    @Test func `reads the one-byte form with padding between elements`() throws {
        // The example of RFC 8285 §4.2: lengths 1, 2 and 4 with padding after the second.
        let block: [UInt8] = [0x10, 0xAA, 0x21, 0xBB, 0xBB, 0, 0, 0x33, 1, 2, 3, 4]
        #expect(
            try Self.elements(profile: 0xBEDE, block) == [
                Found(id: 1, value: [0xAA]), Found(id: 2, value: [0xBB, 0xBB]),
                Found(id: 3, value: [1, 2, 3, 4]),
            ]
        )
    }

    @Test func `reads the two-byte form with an empty element and padding`() throws {
        // The example of RFC 8285 §4.3: lengths 0, 1 and 4.
        let block: [UInt8] = [1, 0, 2, 1, 0xBB, 0, 200, 4, 1, 2, 3, 4]
        for profile in [0x1000, 0x100F] as [UInt16] {
            #expect(
                try Self.elements(profile: profile, block) == [
                    Found(id: 1, value: []), Found(id: 2, value: [0xBB]),
                    Found(id: 200, value: [1, 2, 3, 4]),
                ]
            )
        }
    }

    @Test func `identifier 15, and identifier 0 with a length, end the one-byte form`() throws {
        let fifteen: [UInt8] = [0x10, 1, 0xF0, 2, 0x20, 3, 0, 0]
        #expect(try Self.elements(profile: 0xBEDE, fifteen) == [Found(id: 1, value: [1])])
        let zero: [UInt8] = [0x10, 1, 0x01, 2, 0x20, 3, 0, 0]
        #expect(try Self.elements(profile: 0xBEDE, zero) == [Found(id: 1, value: [1])])
    }

    @Test func `an element that overruns the block ends it`() throws {
        #expect(
            try Self.elements(profile: 0xBEDE, [0x10, 1, 0x2F, 2]) == [Found(id: 1, value: [1])]
        )
        #expect(try Self.elements(profile: 0x1000, [0, 0, 0, 5]) == [])
        #expect(try Self.elements(profile: 0x1000, [5, 3, 0, 0]) == [])
    }

    @Test(arguments: [0xBEDE, 0x1000] as [UInt16])
    func `a block cut anywhere gives the elements that are whole, and no other`(
        profile: UInt16
    ) throws {
        let block: [UInt8] =
            profile == 0xBEDE
            ? [0x10, 0xAA, 0x21, 0xBB, 0xBB, 0, 0, 0x35, 1, 2, 3, 4, 5, 6, 0x40, 9]
            : [1, 0, 2, 1, 0xBB, 0, 200, 6, 1, 2, 3, 4, 5, 6, 7, 0]
        let whole = try Self.elements(profile: profile, block)
        #expect(whole.count == 4)
        let fixed: [UInt8] = [0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
        let packet = fixed + [UInt8(profile >> 8), UInt8(profile & 0xFF), 0, 4] + block
        for count in 0..<packet.count {
            #expect(throws: ParseError.self) {
                try RTPLayout(parsing: Array(packet[..<count]).span.bytes)
            }
        }
        for words in 0..<4 {
            let found = try Self.elements(profile: profile, Array(block[..<(words * 4)]))
            #expect(found == Array(whole.prefix(found.count)) && found.count < whole.count)
        }
    }

    @Test func `an unknown profile has no elements`() throws {
        #expect(try Self.elements(profile: 0x1234, [0x10, 1, 0, 0]) == [])
    }

    @Test(arguments: [HeaderExtensionForm.oneByte, .twoByte])
    func `what the writer wrote the reader finds`(form: HeaderExtensionForm) throws {
        var block = [UInt8](repeating: 0xAA, count: 64)
        let text = Array("video0".utf8)
        let count = block.withUnsafeMutableBytes { buffer -> Int in
            guard let base = buffer.baseAddress else { return 0 }
            var writer = HeaderExtensionWriter(at: base, capacity: buffer.count, form: form)
            _ = text.withUnsafeBytes { bytes in
                bytes.baseAddress.map { writer.append(id: 4, bytes: $0, byteCount: bytes.count) }
            }
            writer.append(id: 3, UInt16(0x1234))
            writer.append(id: 2, number: 0xABCDEF, byteCount: 3)
            writer.append(id: 1, UInt8(0x85))
            return writer.finish()
        }
        #expect(count % 4 == 0)
        #expect(
            try Self.elements(profile: form.profile, Array(block[4..<count])) == [
                Found(id: 4, value: text), Found(id: 3, value: [0x12, 0x34]),
                Found(id: 2, value: [0xAB, 0xCD, 0xEF]), Found(id: 1, value: [0x85]),
            ]
        )
        #expect(block[count...].allSatisfy { $0 == 0xAA })
    }

    @Test func `an element the form cannot hold, or without room, is left out`() {
        var block = [UInt8](repeating: 0, count: 12)
        block.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            var writer = HeaderExtensionWriter(at: base, capacity: 12)
            #expect(writer.reserve(id: 15, byteCount: 1) == nil)
            #expect(writer.reserve(id: 0, byteCount: 1) == nil)
            #expect(writer.reserve(id: 1, byteCount: 0) == nil)
            #expect(writer.reserve(id: 1, byteCount: 17) == nil)
            #expect(writer.finish() == 0)
            #expect(writer.reserve(id: 1, byteCount: 7) == 5)
            #expect(writer.reserve(id: 2, byteCount: 1) == nil)
            #expect(writer.finish() == 12)
        }
    }

    @Test func `the map finds names by number and numbers by name`() {
        var map = HeaderExtensionMap()
        #expect(map.name(of: 0) == nil)
        #expect(map[.mid] == 0)
        map[.mid] = 4
        map[.videoLayersAllocation] = 255
        #expect(map.name(of: 4) == .mid)
        #expect(map.name(of: 255) == .videoLayersAllocation)
        #expect(map.name(of: 5) == nil)
        #expect(map.names == [.mid, .videoLayersAllocation])
    }

    @Test(arguments: HeaderExtension.allCases) func `every extension is found by its own name`(
        name: HeaderExtension
    ) {
        #expect(HeaderExtension(uri: name.uri) == name)
        #expect(name.rawValue < 16)
    }

    @Test func `values survive their octets`() {
        for octet in UInt8.min...UInt8.max {
            #expect(AudioLevel(octet: octet).octet == octet)
            #expect(VideoOrientation(octet: octet & 0x0F).octet == octet & 0x0F)
        }
        #expect(PlayoutDelay(value: 0x00A0_14).minimum == 0x00A)
        #expect(PlayoutDelay(value: 0x00A0_14).value == 0x00A0_14)
    }

    @Test func `the send time is 6.18 fixed point and wraps after 64 seconds`() {
        #expect(AbsoluteSendTime(Instant(nanoseconds: 0)).value == 0)
        #expect(AbsoluteSendTime(Instant(nanoseconds: 1_000_000_000)).value == 1 << 18)
        #expect(AbsoluteSendTime(Instant(nanoseconds: 500_000_000)).value == 1 << 17)
        #expect(AbsoluteSendTime(Instant(nanoseconds: 64_000_000_000)).value == 0)
    }

    @Test func `text is read up to its end, and only as UTF-8`() throws {
        let bytes: [UInt8] =
            [0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xBE, 0xDE, 0, 2]
            + [0x42, 0x68, 0x69, 0x31, 0x51, 0xC3, 0x28, 0]
        let layout = try RTPLayout(parsing: bytes.span.bytes)
        let good = layout.element(4, in: bytes.span.bytes)
        let (text, number) = (
            good?.text(in: bytes.span.bytes), good?.number(in: bytes.span.bytes)
        )
        #expect(text == "hi1")
        #expect(number == 0x686931)
        let broken = layout.element(5, in: bytes.span.bytes)
        let brokenText = broken?.text(in: bytes.span.bytes)
        #expect(broken?.byteCount == 2)
        #expect(brokenText == nil)
    }
}
