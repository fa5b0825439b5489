import Glibc
import Muxer
import Recording
import RecordingAPI
import Web

// SeekingBenchmark DIRECTORY [HOURS]: what the recorder's HTTP face takes to answer a player that seeks in
// a recording of so many hours: from the request to the last octet of the segment, without the socket.

/// Measures one recording after the other, and prints the figures as JSON.
func measureSeeking() async {
    guard CommandLine.arguments.count >= 2 else {
        print("usage: SeekingBenchmark DIRECTORY [HOURS]")
        exit(64)
    }
    let hours = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 24 : 24
    var lines = ["\"seek.hours\": \(hours)"]
    let cases = Container.allCases.map { ($0.rawValue, $0, Int?.none) } + [("minutes", .mp4, 30)]
    for (name, container, segments) in cases {
        let directory = CommandLine.arguments[1] + "/" + name
        mkdir(directory, 0o700)
        let recording = LongRecording(
            name: name, container: container, hours: hours, segmentsPerFile: segments,
            directory: directory)
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
        folder: recording.directory, clock: { 1_767_312_000_000_000_000 },
        report: { _, _ in })
    _ = await recordings.recovered()
    var endpoints = RecordingEndpoints(recordings)
    let playlist = HTTPRequest(method: .get, path: "/hls/day/index.m3u8")
    var (firsts, again): ([Double], [Double]) = ([], [])
    for _ in 0..<5 {
        // Another catalogue, to which nothing is known yet.
        endpoints = RecordingEndpoints(recordings)
        firsts.append(try await seconds(of: playlist, endpoints).time)
        for _ in 0..<10 { again.append(try await seconds(of: playlist, endpoints).time) }
    }
    var cold: [Double] = []
    var warm: [Double] = []
    for place in places.shuffled() {
        forget(recording.directory + "/" + place.file)
        let request = request(for: place, in: recording)
        cold.append(try await seconds(of: request, endpoints).time)
        let found = try await seconds(of: request, endpoints)
        guard found.byteCount > 300_000 else { throw Missing(place: place.range.lowerBound) }
        warm.append(found.time)
    }
    let name = "seek." + recording.name
    return [
        "\"\(name).places\": \(places.count)",
        "\"\(name).first_playlist_seconds\": \(share(firsts, 0.5))",
        "\"\(name).playlist_seconds\": \(share(again, 0.5))",
        "\"\(name).playlist_max_seconds\": \(again.max() ?? 0)",
        "\"\(name).p50_seconds\": \(share(warm, 0.5))",
        "\"\(name).p99_seconds\": \(share(warm, 0.99))",
        "\"\(name).cold_p50_seconds\": \(share(cold, 0.5))",
        "\"\(name).cold_p99_seconds\": \(share(cold, 0.99))",
    ]
}

private struct Missing: Error { let place: UInt64 }

/// As the playlist lists it: a cut of MPEG-TS, a range of the others.
private func request(
    for place: LongRecording.Place, in recording: LongRecording
) -> HTTPRequest {
    let offset = place.range.lowerBound
    guard recording.container != .mpegts else {
        return HTTPRequest(method: .get, path: "/hls/day/\(place.file)/s\(offset).m4s")
    }
    return HTTPRequest(
        method: .get, path: "/recordings/\(place.file)",
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

/// The kernel keeps nothing of a file: what is read next comes from the disk.
private func forget(_ path: String) {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return }
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
    close(file)
}

private func share(_ values: [Double], _ part: Double) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(Int(Double(sorted.count) * part), sorted.count - 1)]
}
