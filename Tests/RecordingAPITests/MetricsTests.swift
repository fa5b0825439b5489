import Codecs
import Glibc
import Muxer
import Testing
import Timing

@testable import Recording
@testable import RecordingAPI

/// What `/metrics` exports, and what is said of it.
@Suite struct MetricsTests {
    private static func text(_ path: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(fopen("/\(root)/\(path)", "r"))
        defer { fclose(file) }
        var (octets, piece) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while case let count = fread(&piece, 1, piece.count, file), count > 0 {
            octets += piece[..<count]
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private static func names(
        _ pattern: Regex<(Substring, Substring)>, in text: String
    ) -> Set<String> {
        Set(text.matches(of: pattern).map { String($0.1) })
    }

    @Test func `every series is in the documentation, and nothing else is`() async throws {
        let folder = try await RecordedFolder()
        let page = try await folder.get("/metrics").text
        let exported = Self.names(/# TYPE (\w+)/, in: page)
        let article = try Self.text("Sources/RecordingAPI/RecordingAPI.docc/Metrics.md")
        let rows = article.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let named = rows.compactMap { $0.split(separator: "|").first }.joined(separator: " ")
        let documented = Self.names(/`(\w+)`/, in: named)
        #expect(exported.count > 30)
        let causes = Set(LossCause.allCases.map(\.rawValue))
        // The room on the disk is told once it has been looked at.
        let odd = documented.symmetricDifference(exported.union(causes))
        #expect(odd.isSubset(of: ["recording_disk_free_bytes"]), "\(odd)")
        #expect(Self.names(/cause="(\w+)"/, in: page) == causes)
        #expect(try Self.text("README.md").contains("RecordingAPI.docc/Metrics.md"))
    }

    @Test func `one recording among many is seen`() async throws {
        let folder = try await RecordedFolder()
        for name in ["one", "two", "three"] {
            let order = await folder.recordings.order(name, "rtsp://192.0.2.1/live")
            await folder.recordings.add(order, RunningSource {})
            let now = Instant(nanoseconds: 1)
            order.recording.progress.update { progress in
                (progress.state, progress.started) = (.recording, now)
                (progress.disk.lastWritten, progress.source.connected) = (now, now)
            }
            guard name == "two" else { continue }
            order.recording.progress.update { progress in
                (progress.state, progress.source.isStalled) = (.connecting, true)
                progress.disk.lastWritten = nil
            }
        }
        let now = Instant(nanoseconds: 1) + .seconds(77)
        let page = await RecordingMetrics(folder.recordings, at: now).text
        for line in [
            "recording_active 3", "recording_stalled 1", "recording_connecting 0",
            "recording_waiting 0", "recording_stopped 0", "recording_zero_packet_streak 77",
        ] {
            #expect(page.contains(line + "\n"), "\(line)")
        }
    }

    @Test func `the size of AV1's pictures is told`() {
        let unit: [UInt8] = [
            0x0A, 0x0E, 0x00, 0x00, 0x00, 0x46, 0xAB, 0xBF, 0xC3, 0x77, 0xFF, 0xEF, 0x40, 0x40,
            0x40, 0x48,
        ]
        var header = IndexHeader(
            container: .fmp4, formats: [.av1(sequenceHeader: unit)], wallClock: 0)
        #expect(FlexibilityBody(header).current_resolution == "1920x1080")
        header.formats = [.av1(sequenceHeader: [])]
        #expect(FlexibilityBody(header).current_resolution == nil)
    }
}
