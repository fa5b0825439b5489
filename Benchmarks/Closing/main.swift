import Codecs
import Glibc
import Muxer
import Timing
import Wire

// ClosingBenchmark DIRECTORY [HOURS]: records that many hours of 30 pictures and 47 frames of sound a
// second into a hybrid MP4, of few octets each, and then closes it; prints as JSON how long that took.
// The syncs are not counted, nor is the recording.

func now(_ clock: clockid_t = CLOCK_MONOTONIC) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func put(_ bytes: [UInt8], _ file: Int32, at offset: UInt64) {
    var done = 0
    while done < bytes.count {
        let count = bytes.withUnsafeBytes {
            pwrite(
                file, $0.baseAddress.map { $0 + done }, $0.count - done, off_t(offset) + off_t(done)
            )
        }
        guard count > 0 else { exit(1) }
        done += count
    }
}

/// Records into the two files; pictures come with a millisecond's jitter, as cameras' do.
func record(hours: Int, data: Int32, sidecar: Int32) throws(MuxerError) {
    let sps: [UInt8] = [
        0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0x50, 0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00,
        0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x24, 0x80,
    ]
    guard let aac = AudioSpecificConfig(sampleRate: 48_000, channelCount: 2) else { exit(1) }
    var writer = try SegmentWriter(
        [
            .h264(parameterSets: [sps, [0x68, 0xCE, 0x3C, 0x80]], framing: .lengths(octets: 4)),
            .aac(aac),
        ], container: .mp4)
    var (output, records) = (ByteWriter(), [UInt8]())
    var (written, indexed, picture, sound) = (UInt64(0), UInt64(0), 0, 0)
    let key: [UInt8] = [0, 0, 0, 2, 0x65, 1]
    let other: [UInt8] = [0, 0, 0, 2, 0x41, 1]
    func drain(atLeast count: Int) {
        guard output.count >= count else { return }
        put(output.bytes, data, at: written)
        put(records, sidecar, at: indexed)
        (written, indexed) = (written + UInt64(output.count), indexed + UInt64(records.count))
        output.removeAll()
        records.removeAll(keepingCapacity: true)
    }
    while picture < hours * 3_600 * 30 {
        let jitter = Int64(picture * 7919 % 17) * 60_000
        let shown = Interval(nanoseconds: Int64(picture) * 1_000_000_000 / 30 + jitter)
        let heard = Interval(nanoseconds: Int64(sound) * 1_024_000_000_000 / 48_000)
        if shown <= heard {
            let sample = Sample(track: 0, time: shown, isKeyframe: picture % 60 == 0)
            let payload = sample.isKeyframe ? key : other
            _ = try writer.write(sample, payload: payload.span.bytes, into: &output)
            picture += 1
        } else {
            _ = try writer.write(
                Sample(track: 1, time: heard), payload: [1, 2, 3].span.bytes, into: &output)
            sound += 1
        }
        for part in writer.takeParts() { records += part.record }
        drain(atLeast: 1 << 20)
    }
    writer.end(into: &output)
    for part in writer.takeParts() { records += part.record }
    drain(atLeast: 0)
}

guard CommandLine.arguments.count >= 2 else {
    print("usage: ClosingBenchmark DIRECTORY [HOURS]")
    exit(64)
}
let hours = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 24 : 24
let path = CommandLine.arguments[1] + "/closing.mp4"
let data = open(path, O_CREAT | O_TRUNC | O_RDWR, 0o600)
let sidecar = open(path + ".index", O_CREAT | O_TRUNC | O_RDWR, 0o600)
guard data >= 0, sidecar >= 0 else { exit(1) }
try record(hours: hours, data: data, sidecar: sidecar)
fsync(data)
fsync(sidecar)

let indexByteCount = Int(lseek(sidecar, 0, SEEK_END))
let (before, cpuBefore) = (now(), now(CLOCK_THREAD_CPUTIME_ID))
guard let memory = mmap(nil, indexByteCount, PROT_READ, MAP_SHARED, sidecar, 0),
    memory != MAP_FAILED
else { exit(1) }
let index = UnsafeRawBufferPointer(start: memory, count: indexByteCount)
var closing = try MovieClosing(index.bytes)
let walked = now()
var tables = 0
while let piece = closing.next() {
    put(piece.bytes, data, at: piece.offset)
    tables += piece.bytes.count
}
put(closing.head.bytes, data, at: closing.head.offset)
let (took, cpu) = (now() - before, now(CLOCK_THREAD_CPUTIME_ID) - cpuBefore)
print(
    """
    {"closing.hours": \(hours), "closing.index_bytes": \(indexByteCount), "closing.table_bytes": \(tables),
     "closing.head_bytes": \(closing.head.bytes.count),
     "closing.walk_seconds": \(walked - before), "closing.cpu_seconds": \(cpu),
     "closing.seconds": \(took)}
    """)
