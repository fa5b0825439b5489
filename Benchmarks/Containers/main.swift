import Glibc
import Muxer
import Wire

// ContainerBenchmark CLIP OUTPUT: writes the clip as MPEG-TS and as fragmented MP4, and beside them
// copies and writes the same octets; prints sizes, CPU times and allocations as JSON.

/// CPU time of this thread in seconds.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Allocations so far, as the preloaded counter tells; 0 without it.
func allocationCount() -> UInt64 {
    guard let path = getenv("ALLOCATION_COUNT") else { return 0 }
    let file = open(path, O_RDONLY)
    defer { close(file) }
    var count: UInt64 = 0
    withUnsafeMutableBytes(of: &count) { _ = read(file, $0.baseAddress, $0.count) }
    return count
}

/// One way of making a file of a clip.
struct Trial {
    var bestTime = Double.infinity
    var byteCount = 0
    var allocations: UInt64 = 0

    /// Runs `body` with a file and an empty buffer, and keeps the best time.
    mutating func round(
        _ path: String, _ buffer: inout ByteWriter, _ body: (Int32, inout ByteWriter) -> Int
    ) {
        let file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
        let (time, allocations) = (processorTime(), allocationCount())
        byteCount = body(file, &buffer)
        bestTime = min(bestTime, processorTime() - time)
        self.allocations = allocationCount() - allocations
        close(file)
    }
}

/// Hands what has been gathered to the kernel, as a recorder does.
func flush(_ buffer: inout ByteWriter, to file: Int32) -> Int {
    let count = buffer.count
    _ = buffer.bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    buffer.removeAll()
    return count
}

func measure(_ clip: Clip, _ path: String) throws(MuxerError) -> (
    floor: Trial, ts: Trial, fmp4: Trial
) {
    var (floor, ts, fmp4) = (Trial(), Trial(), Trial())
    var buffer = ByteWriter(capacity: 1 << 22)
    for _ in 0..<25 {
        floor.round(path, &buffer) { file, buffer in
            var count = 0
            for (sample, payload) in clip.samples {
                buffer.write(payload.span.bytes)
                if sample.track == 0 { count += flush(&buffer, to: file) }
            }
            return count + flush(&buffer, to: file)
        }
        var stream = try TransportStreamWriter(clip.formats)
        ts.round(path, &buffer) { file, buffer in
            var count = 0
            for (sample, payload) in clip.samples {
                try? stream.write(sample, payload: payload.span.bytes, into: &buffer)
                if sample.track == 0 { count += flush(&buffer, to: file) }
            }
            stream.flush(into: &buffer)
            return count + flush(&buffer, to: file)
        }
        var movie = try FragmentedMovieWriter(clip.formats)
        fmp4.round(path, &buffer) { file, buffer in
            var count = 0
            for (sample, payload) in clip.samples {
                let part = try? movie.write(sample, payload: payload.span.bytes, into: &buffer)
                if part != nil { count += flush(&buffer, to: file) }
            }
            movie.flush(into: &buffer)
            return count + flush(&buffer, to: file)
        }
    }
    return (floor, ts, fmp4)
}

guard CommandLine.arguments.count == 3, let clip = Clip(path: CommandLine.arguments[1]) else {
    print("usage: ContainerBenchmark CLIP OUTPUT")
    exit(64)
}
let trials = try measure(clip, CommandLine.arguments[2])
let samples = Double(clip.samples.count)
print(
    """
    {"elementary_bytes": \(clip.elementaryByteCount), "payload_bytes": \(clip.payloadByteCount),
     "duration_seconds": \(clip.duration.seconds),
     "ts_bytes": \(trials.ts.byteCount), "fmp4_bytes": \(trials.fmp4.byteCount),
     "floor_seconds": \(trials.floor.bestTime), "ts_seconds": \(trials.ts.bestTime),
     "fmp4_seconds": \(trials.fmp4.bestTime),
     "ts_allocations_per_sample": \(Double(trials.ts.allocations) / samples),
     "fmp4_allocations_per_sample": \(Double(trials.fmp4.allocations) / samples)}
    """)
