import RTP
import Testing
import Wire

@Suite struct RTPLayoutTests {
    /// Two sources, a one-byte extension of two words, eight octets of payload, four of padding.
    static let packet: [UInt8] = [
        0xB2, 0xE0, 0x12, 0x34, 0x00, 0x00, 0x0B, 0xB8, 0xDE, 0xAD, 0xBE, 0xEF,
        1, 1, 1, 1, 2, 2, 2, 2,
        0xBE, 0xDE, 0x00, 0x02, 0x31, 0x00, 0x07, 0x10, 0x85, 0x00, 0x00, 0x00,
        10, 11, 12, 13, 14, 15, 16, 17,
        0, 0, 0, 4,
    ]

    @Test func `finds every part of a packet with all of them`() throws {
        let layout = try RTPLayout(parsing: Self.packet.span.bytes)
        #expect(layout.header.marker)
        #expect(layout.header.payloadType == 96)
        #expect(layout.header.sequenceNumber == 0x1234)
        #expect(layout.header.timestamp == 3000)
        #expect(layout.header.ssrc == 0xDEAD_BEEF)
        #expect(layout.extensionProfile == 0xBEDE)
        #expect(layout.extensionOffset == 24)
        #expect(layout.extensionByteCount == 8)
        #expect(layout.payloadOffset == 32)
        #expect(layout.payloadByteCount == 8)
        #expect(layout.paddingByteCount == 4)
        #expect(layout.byteCount == Self.packet.count)
        let payload = layout.payload(of: Self.packet.span.bytes)
        #expect(payload.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == 10)
    }

    @Test(arguments: 0..<32) func `rejects a packet cut anywhere before its payload`(count: Int) {
        let cut = Array(Self.packet.prefix(count))
        #expect(throws: ParseError.self) { try RTPLayout(parsing: cut.span.bytes) }
    }

    @Test func `any octet turned to anything parses or throws, and stays inside`() {
        for index in Self.packet.indices {
            for value in [0, 1, 4, 0x7F, 0x80, 0xFF] as [UInt8] {
                var bytes = Self.packet
                bytes[index] ^= value
                guard let layout = try? RTPLayout(parsing: bytes.span.bytes) else { continue }
                #expect(layout.byteCount == bytes.count)
                #expect(layout.payloadByteCount >= 0)
                var elements = layout.elements(in: bytes.span.bytes)
                while let element = elements.next() {
                    #expect(element.offset + element.byteCount <= layout.payloadOffset)
                }
            }
        }
    }

    @Test(arguments: [0, 13, 255] as [UInt8]) func `padding that counts nothing or too much throws`(
        count: UInt8
    ) {
        var bytes = Self.packet
        bytes[bytes.count - 1] = count
        #expect(throws: ParseError.invalid(field: "padding", at: 43)) {
            try RTPLayout(parsing: bytes.span.bytes)
        }
    }

    @Test func `a packet of padding alone has an empty payload`() throws {
        let bytes: [UInt8] = [0xA0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 3]
        let layout = try RTPLayout(parsing: bytes.span.bytes)
        #expect(layout.payloadByteCount == 0)
        #expect(layout.paddingByteCount == 3)
    }

    @Test func `padding announced by an empty packet is truncated`() {
        let bytes: [UInt8] = [0xA0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
        #expect(throws: ParseError.truncated(at: 12, needed: 1)) {
            try RTPLayout(parsing: bytes.span.bytes)
        }
    }

    @Test(arguments: [0x00, 0x40, 0xC0] as [UInt8]) func `only version 2 is RTP`(first: UInt8) {
        let bytes = [first] + [UInt8](repeating: 0, count: 11)
        #expect(throws: ParseError.invalid(field: "version", at: 0)) {
            try RTPLayout(parsing: bytes.span.bytes)
        }
    }

    @Test func `a header written and read again is the same`() throws {
        for sequenceNumber in [0, 1, 127, 128, 32767, 32768, 65535] as [UInt16] {
            for marker in [false, true] {
                let header = RTPHeader(
                    payloadType: 111,
                    sequenceNumber: sequenceNumber,
                    timestamp: .max - 5,
                    ssrc: 0x8000_0001,
                    marker: marker
                )
                var bytes = [UInt8](repeating: 0xAA, count: RTPHeader.byteCount)
                let written = bytes.withUnsafeMutableBytes { buffer in
                    buffer.baseAddress.map { header.write(to: $0) }
                }
                #expect(written == 12)
                var reader = ByteReader(bytes.span.bytes)
                #expect(try RTPHeader(parsing: &reader) == header)
                #expect(reader.remaining == 0)
            }
        }
    }

    @Test func `a retransmission carries the original's number before its payload`() throws {
        // RFC 4588 §4: the original sequence number is the payload's first two octets.
        let original = try RTPLayout(parsing: Self.packet.span.bytes)
        let header = original.retransmissionHeader(
            payloadType: 97,
            sequenceNumber: 7,
            ssrc: 0x1111_1111
        )
        var bytes = [UInt8](repeating: 0, count: 14) + Self.packet[32..<40]
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            header.write(to: base)
            RTPHeader.writeOriginalSequenceNumber(original.header.sequenceNumber, to: base + 12)
        }
        let sent = try RTPLayout(parsing: bytes.span.bytes)
        #expect(sent.header.ssrc == 0x1111_1111)
        #expect(sent.header.payloadType == 97)
        let found = sent.restored(payloadType: 96, ssrc: 0xDEAD_BEEF, in: bytes.span.bytes)
        let restored = try #require(found)
        #expect(restored.header.sequenceNumber == original.header.sequenceNumber)
        #expect(restored.header.timestamp == original.header.timestamp)
        #expect(restored.header.marker == original.header.marker)
        #expect(restored.header.ssrc == original.header.ssrc)
        #expect(restored.payloadByteCount == 8)
        #expect(restored.payloadOffset == 14)
    }

    @Test func `a probe on the retransmission stream restores nothing`() throws {
        let probe: [UInt8] = [0xA0, 97, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2]
        let layout = try RTPLayout(parsing: probe.span.bytes)
        let restored = layout.restored(payloadType: 96, ssrc: 2, in: probe.span.bytes)
        #expect(restored == nil)
    }

    @Test(arguments: [1, 2, 3, 4, 200, 255] as [UInt8])
    func `padding that was written is found behind the payload`(count: UInt8) throws {
        var header = RTPHeader(payloadType: 96, sequenceNumber: 1, timestamp: 2, ssrc: 3)
        header.hasPadding = true
        for payload in [0, 5] {
            var bytes = [UInt8](repeating: 0xAA, count: 12 + payload + Int(count))
            let written = bytes.withUnsafeMutableBytes { buffer -> Int in
                guard let base = buffer.baseAddress else { return 0 }
                header.write(to: base)
                return RTPHeader.writePadding(count, to: base + 12 + payload)
            }
            #expect(written == count)
            let layout = try RTPLayout(parsing: bytes.span.bytes)
            #expect(layout.payloadByteCount == payload && layout.paddingByteCount == count)
            #expect(bytes.suffix(Int(count)).dropLast().allSatisfy { $0 == 0 })
        }
    }
}
