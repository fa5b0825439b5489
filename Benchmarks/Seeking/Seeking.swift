import Glibc
import Muxer
import Recording
import RecordingAPI
import Web

// SeekingBenchmark DIRECTORY [HOURS]: what the recorder's HTTP face takes to answer a player that seeks in
// a recording of so many hours: from the request to the last octet of the segment, without the socket.

/// Measures both containers, and prints the figures as JSON.
func measureSeeking() async {
    guard CommandLine.arguments.count >= 2 else {
        print("usage: SeekingBenchmark DIRECTORY [HOURS]")
        exit(64)
    }
    let hours = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 24 : 24
    var lines = ["\"seek.hours\": \(hours)"]
    for container in [Container.mpegts, .fmp4] {
        let recording = LongRecording(
            hours: hours, container: container, directory: CommandLine.arguments[1])
        do { lines += try await measure(recording) } catch {
            print("\(error)")
            exit(1)
        }
    }
    print("{\(lines.joined(separator: ",\n "))}")
}

private func measure(_ recording: LongRecording) async throws -> [String] {
    let places = try recording.record()
    let recordings = try Recordings(
        folder: recording.directory, bearer: nil, clock: { 1_767_312_000_000_000_000 },
        report: { _, _, _ in })
    _ = await recordings.recovered()
    let endpoints = RecordingEndpoints(recordings)
    let playlist = HTTPRequest(method: .get, path: "/hls/day/index.m3u8")
    let first = try await seconds(of: playlist, endpoints).time
    let again = try await seconds(of: playlist, endpoints).time
    var cold: [Double] = []
    var warm: [Double] = []
    for place in places.shuffled() {
        forget(recording)
        let request = request(for: place.lowerBound, in: recording)
        cold.append(try await seconds(of: request, endpoints).time)
        let found = try await seconds(of: request, endpoints)
        guard found.byteCount > 300_000 else { throw Missing(place: place.lowerBound) }
        warm.append(found.time)
    }
    let name = "seek." + recording.container.rawValue
    return [
        "\"\(name).places\": \(places.count)", "\"\(name).first_playlist_seconds\": \(first)",
        "\"\(name).playlist_seconds\": \(again)",
        "\"\(name).p50_seconds\": \(share(warm, 0.5))",
        "\"\(name).p99_seconds\": \(share(warm, 0.99))",
        "\"\(name).cold_p50_seconds\": \(share(cold, 0.5))",
        "\"\(name).cold_p99_seconds\": \(share(cold, 0.99))",
    ]
}

private struct Missing: Error { let place: UInt64 }

/// As the playlist lists it: a cut of MPEG-TS, a range of MP4.
private func request(for offset: UInt64, in recording: LongRecording) -> HTTPRequest {
    guard recording.container != .mpegts else {
        return HTTPRequest(method: .get, path: "/hls/day/\(recording.file)/s\(offset).m4s")
    }
    return HTTPRequest(
        method: .get, path: "/recordings/\(recording.file)",
        headers: [.range: "bytes=\(offset)-\(offset + 499_999)"])
}

/// From the request to its last octet.
private func seconds(
    of request: HTTPRequest, _ endpoints: RecordingEndpoints
) async throws -> (time: Double, byteCount: Int) {
    let start = ContinuousClock.now
    let response = await endpoints.respond(to: request)
    var count = 0
    switch response.body {
    case .empty, .events: break
    case .bytes(let bytes): count = bytes.count
    case .pieces(let pieces): while let piece = try await pieces.next() { count += piece.count }
    }
    guard response.status < 300 else { throw Missing(place: UInt64(response.status)) }
    let time = ContinuousClock.now - start
    return (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18, count)
}

/// The kernel keeps nothing of the file: what is read next comes from the disk.
private func forget(_ recording: LongRecording) {
    let file = open(recording.directory + "/" + recording.file, O_RDONLY)
    guard file >= 0 else { return }
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
    close(file)
}

private func share(_ values: [Double], _ part: Double) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(Int(Double(sorted.count) * part), sorted.count - 1)]
}
