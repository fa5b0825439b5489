import Codecs
import Muxer
import Timing
import Wire

/// Octets as samples of a fragmented movie: two of time, one of track and kind, one of length, then
/// as many. Whatever they are, the file is boxes to its end, and its parts as long as they say.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFragmentedMovie(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    let bare = TrackFormat.h264(parameterSets: [], framing: .startCodes)
    let learned = bare.learning(from: bytes.span.bytes)
    _ = try? FragmentedMovieWriter([learned])
    guard let configuration = AudioSpecificConfig(sampleRate: 44_100, channelCount: 1),
        var writer = try? FragmentedMovieWriter([
            .h264(parameterSets: Sets.known, framing: .startCodes),
            .h264(parameterSets: Sets.known, framing: .lengths(octets: 2)), .aac(configuration),
            .opus(channelCount: 2),
        ])
    else { preconditionFailure("the writer takes these") }
    var output = ByteWriter()
    var time = Interval.zero
    var offset = 0
    while offset + 4 < count {
        let step = Int16(truncatingIfNeeded: Int(bytes[offset]) << 8 | Int(bytes[offset + 1]))
        time = time + .milliseconds(Int64(step) / 16)
        let sample = Sample(
            track: Int(bytes[offset + 2] & 3),
            presentationTime: time + .milliseconds(Int64(bytes[offset + 2] >> 4)), decodeTime: time,
            isKeyframe: bytes[offset + 2] & 4 != 0)
        let end = min(offset + 4 + Int(bytes[offset + 3]), count)
        let payload = Array(bytes[offset + 4..<end])
        let before = output.count
        if let part = try? writer.write(sample, payload: payload.span.bytes, into: &output) {
            precondition(part.byteCount <= output.count - before, "a part is what was written")
        }
        offset = end
    }
    writer.flush(into: &output)
    checkBoxes(output.bytes)
    return 0
}

private func checkBoxes(_ file: [UInt8]) {
    var reader = ByteReader(file.span.bytes)
    while !reader.isAtEnd {
        guard let size = try? reader.readUInt32(), size >= 8,
            (try? reader.skip(Int(size) - 4)) != nil
        else { preconditionFailure("the file ends in a box") }
    }
}

private enum Sets {
    static let known: [[UInt8]] = [
        [
            0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0x50, 0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03,
            0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x24, 0x80,
        ],
        [0x68, 0xCE, 0x3C, 0x80],
    ]
}
