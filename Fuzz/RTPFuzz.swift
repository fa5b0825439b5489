import RTP
import Timing

/// Any bytes as an RTP packet: the layout lies inside them, and what is read can be written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRTP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
    guard let layout = try? RTPLayout(parsing: bytes) else { return 0 }
    precondition(layout.byteCount == count, "the parts make up the whole")
    precondition(layout.payload(of: bytes).byteCount == layout.payloadByteCount)

    var elements = layout.elements(in: bytes)
    var walked = 0
    while let element = elements.next() {
        walked += 1
        precondition(element.offset >= layout.extensionOffset, "an element before its block")
        precondition(element.offset + element.byteCount <= layout.payloadOffset, "beyond its block")
        _ = element.number(in: bytes)
        _ = element.text(in: bytes)
        _ = AbsoluteCaptureTime(element, in: bytes)
    }
    precondition(walked <= layout.extensionByteCount, "the walk ends")

    if let original = layout.restored(payloadType: 96, ssrc: 1, in: bytes) {
        precondition(original.payload(of: bytes).byteCount == layout.payloadByteCount - 2)
    }
    rewrite(layout, bytes)
    return 0
}

/// Writes the header and the extension anew, and reads them back.
private func rewrite(_ layout: RTPLayout, _ bytes: RawSpan) {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 600, alignment: 8)
    defer { room.deallocate() }
    guard let base = room.baseAddress else { return }
    var header = layout.header
    (header.hasPadding, header.hasExtension) = (false, true)
    header.write(to: base)
    var writer = HeaderExtensionWriter(
        at: base + RTPHeader.byteCount,
        capacity: 512,
        form: .twoByte
    )
    writer.append(id: 255, UInt8(0))
    var written: [HeaderExtensionElement] = []
    var elements = layout.elements(in: bytes)
    while let element = elements.next() {
        let value = bytes.extracting(element.offset..<element.offset + element.byteCount)
        let offset = value.withUnsafeBytes { value in
            writer.append(
                id: element.id,
                bytes: value.baseAddress ?? UnsafeRawPointer(base),
                byteCount: value.count
            )
        }
        if offset != nil { written.append(element) }
    }
    let end = RTPHeader.byteCount + writer.finish()
    let copy = UnsafeRawBufferPointer(rebasing: room[..<end]).bytes
    guard let again = try? RTPLayout(parsing: copy) else { preconditionFailure("unreadable") }
    precondition(again.header == header, "the header changed")
    var found = again.elements(in: copy)
    _ = found.next()
    for element in written {
        guard let next = found.next() else { preconditionFailure("an element got lost") }
        precondition(next.id == element.id && next.byteCount == element.byteCount)
    }
}
