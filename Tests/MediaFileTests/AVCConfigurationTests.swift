import Codecs
import Testing
import Wire

@testable import MediaFile

/// The record before the first picture (ISO/IEC 14496-15 §5.3.3.1).
@Suite struct AVCConfigurationTests {
    static let sequence: [UInt8] = [0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x47]
    static let picture: [UInt8] = [0x68, 0xCB, 0x83, 0xCB, 0x20]

    static let record: [UInt8] =
        [1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 8] + sequence + [1, 0, 5] + picture

    @Test func `tells how units are parted, and the parameter sets`() throws {
        let record = try AVCConfiguration(parsing: Self.record.span.bytes)
        #expect(record.framing == .lengths(octets: 4))
        #expect(record.parameterSets.units == [Self.sequence, Self.picture])
        let short = [1, 0x42, 0xC0, 0x1E, 0xFD, 0xE0, 0] as [UInt8]
        let empty = try AVCConfiguration(parsing: short.span.bytes)
        #expect(empty.framing == .lengths(octets: 2) && empty.parameterSets.units.isEmpty)
    }

    @Test func `is refused when it is cut anywhere, and in another version`() {
        for count in 0..<Self.record.count {
            let cut = Array(Self.record[..<count])
            #expect(throws: ParseError.self) {
                _ = try AVCConfiguration(parsing: cut.span.bytes)
            }
        }
        let later = [2] + Self.record.dropFirst()
        #expect(throws: ParseError.invalid(field: "version", at: 0)) {
            _ = try AVCConfiguration(parsing: later.span.bytes)
        }
    }

    @Test func `whatever octet is changed, nothing but an error comes of it`() {
        for index in Self.record.indices {
            for flip: UInt8 in [0x01, 0x10, 0x80, 0xFF] {
                var changed = Self.record
                changed[index] ^= flip
                _ = try? AVCConfiguration(parsing: changed.span.bytes)
            }
        }
    }
}
