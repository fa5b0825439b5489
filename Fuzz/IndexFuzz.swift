@_spi(Testing) import Muxer
import Wire

/// Octets as a sidecar. Whatever they are, reading ends, nothing beyond the last whole record counts,
/// and what is closed or mended from them stays within the file it names.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIndex(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    read(bytes)
    // Checksums keep chance out: the same octets as the contents of records that have one.
    read(sealed(bytes))
    return 0
}

private func read(_ bytes: [UInt8]) {
    guard var reader = try? IndexReader(bytes.span.bytes) else { return }
    let parts = reader.readParts()
    precondition(reader.byteCount <= bytes.count, "no more is read than is there")
    precondition(parts.allSatisfy { $0.end >= $0.offset }, "a part ends behind its beginning")
    var output = ByteWriter()
    var writer = IndexWriter(reader.header, into: &output)
    for part in parts { writer.append(part, into: &output) }
    guard var again = try? IndexReader(output.bytes.span.bytes) else {
        preconditionFailure("what was written is read")
    }
    precondition(again.header == reader.header && again.readParts() == parts, "and is the same")
    // As recovery looks at the end of the file that the sidecar tells of.
    let packets = bytes[..<(bytes.count / 188 * 188)]
    let torn = TornSound(
        reader.header.formats, endingWith: packets.span.bytes, from: 0, isLastLook: true)
    precondition((torn?.packets.count ?? 0) % 188 == 0, "whole packets")
    guard var closing = try? MovieClosing(bytes.span.bytes) else { return }
    while let piece = closing.next() {
        precondition(piece.offset >= closing.partsEnd, "no part is overwritten")
        precondition(piece.offset + UInt64(piece.bytes.count) <= closing.fileEnd, "nor the end")
    }
    precondition(closing.head.bytes.count <= 512, "one sector")
}

/// The first octets' records, each with the checksum it should have.
private func sealed(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
        let length = min(Int(bytes[offset]), bytes.count - offset - 1)
        result += IndexWriter.sealed(Array(bytes[offset + 1..<offset + 1 + length]))
        offset += 1 + length
    }
    return result
}
