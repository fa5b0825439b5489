import Glibc
import Muxer
import Wire

// ContainerBenchmark CLIP CODECS OUTPUT: writes the clip in each container that holds it, and beside
// them copies and writes the same octets; prints sizes, CPU times and allocations as JSON.

/// One way of making a file of a clip.
struct Trial {
    var bestTime = Double.infinity
    var byteCount = 0
    var allocations: UInt64 = 0

    /// Runs `body` with a file and an empty buffer, and keeps the best time.
    mutating func round(
        _ path: String, _ buffer: inout ByteWriter, _ body: (Int32, inout ByteWriter) -> Int
    ) {
        let file = open(path, O_CREAT | O_TRUNC | O_RDWR, 0o600)
        let (time, allocations) = (processorTime(), allocationCount())
        byteCount = body(file, &buffer)
        bestTime = min(bestTime, processorTime() - time)
        self.allocations = allocationCount() - allocations
        close(file)
    }

    /// CPU time of this thread in seconds.
    private func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Allocations so far, as the preloaded counter tells; 0 without it.
    private func allocationCount() -> UInt64 {
        guard let path = getenv("ALLOCATION_COUNT") else { return 0 }
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var count: UInt64 = 0
        withUnsafeMutableBytes(of: &count) { _ = read(file, $0.baseAddress, $0.count) }
        return count
    }
}

/// Hands what has been gathered to the kernel, as a recorder does.
func flush(_ buffer: inout ByteWriter, to file: Int32) -> Int {
    let count = buffer.count
    _ = buffer.bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    buffer.removeAll()
    return count
}

/// What every container is held against: the same octets copied and written.
func copy(_ clip: Clip, to file: Int32, _ buffer: inout ByteWriter) -> Int {
    var count = 0
    for (sample, payload) in clip.samples {
        buffer.write(payload.span.bytes)
        if sample.track == 0 { count += flush(&buffer, to: file) }
    }
    return count + flush(&buffer, to: file)
}

/// The octets of a file as it was made, in so many pieces: what nobody who makes it can do without.
func copy(
    _ octets: [UInt8], inPieces count: Int, to file: Int32, _ buffer: inout ByteWriter
) -> Int {
    for piece in 0..<count {
        let range = octets.count * piece / count..<octets.count * (piece + 1) / count
        buffer.write(octets.span.bytes.extracting(range))
        _ = flush(&buffer, to: file)
    }
    return octets.count
}

/// All octets of a file.
func contents(_ path: String) -> [UInt8] {
    let file = open(path, O_RDONLY)
    defer { close(file) }
    return [UInt8](unsafeUninitializedCapacity: max(Int(lseek(file, 0, SEEK_END)), 0)) {
        $1 = max(pread(file, $0.baseAddress, $0.count, 0), 0)
    }
}

/// Each picture handed to the kernel at once.
func writeStream(_ clip: Clip, to file: Int32, _ buffer: inout ByteWriter) throws(MuxerError) -> Int
{
    var stream = try TransportStreamWriter(clip.formats)
    var count = 0
    for (sample, payload) in clip.samples {
        try stream.write(sample, payload: payload.span.bytes, into: &buffer)
        if sample.track == 0 { count += flush(&buffer, to: file) }
    }
    stream.flush(into: &buffer)
    return count + flush(&buffer, to: file)
}

/// Each part of 200 ms handed to the kernel.
func writeMovie(_ clip: Clip, to file: Int32, _ buffer: inout ByteWriter) throws(MuxerError) -> Int
{
    var movie = try FragmentedMovieWriter(clip.formats)
    var count = 0
    for (sample, payload) in clip.samples {
        let part = try movie.write(sample, payload: payload.span.bytes, into: &buffer)
        if part != nil { count += flush(&buffer, to: file) }
    }
    movie.flush(into: &buffer)
    return count + flush(&buffer, to: file)
}

/// Copies and writes, and makes the file in each container, turn by turn.
func measure(
    _ clip: Clip, _ containers: [Container], _ path: String
) -> (floor: Trial, trials: [Trial], copies: [Trial]) {
    var (floor, trials) = (Trial(), containers.map { _ in Trial() })
    var copies = trials
    let pictures = clip.samples.count { $0.sample.track == 0 }
    var buffer = ByteWriter(capacity: 1 << 22)
    for _ in 0..<25 {
        floor.round(path, &buffer) { copy(clip, to: $0, &$1) }
        for (place, container) in containers.enumerated() {
            // Opened beforehand, as the file itself is.
            let sidecar = open(path + ".index", O_CREAT | O_TRUNC | O_WRONLY, 0o600)
            defer { close(sidecar) }
            trials[place].round(path, &buffer) { file, buffer in
                do throws(MuxerError) {
                    switch container {
                    case .mpegts: return try writeStream(clip, to: file, &buffer)
                    case .fmp4: return try writeMovie(clip, to: file, &buffer)
                    case .mp4, .webm:
                        return try record(
                            clip, as: container, to: file, indexedBy: sidecar, &buffer)
                    }
                } catch { return 0 }
            }
            let made = contents(path) + contents(path + ".index")
            copies[place].round(path, &buffer) {
                copy(made, inPieces: pictures, to: $0, &$1)
            }
        }
    }
    return (floor, trials, copies)
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let codecs = Clip.Codecs(rawValue: arguments[2]),
    let clip = Clip(path: arguments[1], codecs)
else {
    print("usage: ContainerBenchmark CLIP h264+aac|vp9+opus OUTPUT")
    exit(64)
}
let (floor, trials, copies) = measure(clip, codecs.containers, arguments[3])
print("{\"elementary_bytes\": \(clip.elementaryByteCount), ", terminator: "")
print("\"payload_bytes\": \(clip.payloadByteCount), ", terminator: "")
for (container, (trial, copied)) in zip(codecs.containers, zip(trials, copies)) {
    let name = container == .mpegts ? "ts" : container.rawValue
    let allocations = Double(trial.allocations) / Double(clip.samples.count)
    print("\"\(name)_bytes\": \(trial.byteCount), ", terminator: "")
    print("\"\(name)_seconds\": \(trial.bestTime), ", terminator: "")
    print("\"\(name)_copied_seconds\": \(copied.bestTime), ", terminator: "")
    print("\"\(name)_allocations_per_sample\": \(allocations), ", terminator: "")
}
print("\"floor_seconds\": \(floor.bestTime)}")
