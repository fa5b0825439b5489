import Foundation
import Testing
import Timing

@testable import Muxer

/// Where `Scripts/oracle` wants the random recordings, each beside what is in it, for readers that are
/// not linked to these tests.
enum OracleFolder {
    private struct Track: Encodable {
        /// `slices` of pictures behind start codes, whole `frames`, or all `joined`.
        let kind: String
        /// Presentation and decode time in nanoseconds, and the octets' Adler-32.
        let samples: [[Int64]]
    }

    private static let path = ProcessInfo.processInfo.environment["ORACLE_FOLDER"]

    static func put(
        _ file: SegmentPartsTests.File, _ samples: [SourceSample], _ formats: [TrackFormat],
        _ container: Container, _ seed: Int
    ) throws {
        guard let path else { return }
        let name = "\(path)/\(container.rawValue)-\(seed)"
        let bytes = container == .mp4 ? try closed(file.bytes, index: file.index).bytes : file.bytes
        try Data(bytes).write(to: URL(fileURLWithPath: "\(name).\(container.rawValue)"))
        let tracks = formats.enumerated().map { index, format in
            let own = samples.filter { $0.sample.track == index }
            return container == .mpegts ? inStream(own, format) : whole(own)
        }
        try JSONEncoder().encode(tracks).write(to: URL(fileURLWithPath: "\(name).json"))
    }

    private static func whole(_ samples: [SourceSample]) -> Track {
        Track(kind: "frames", samples: samples.map { row($0.sample, $0.payload) })
    }

    /// Pictures get delimiters and parameter sets, AAC and MP3 are cut where packets end.
    private static func inStream(_ samples: [SourceSample], _ format: TrackFormat) -> Track {
        if format.kind == .video {
            return Track(
                kind: "slices",
                samples: samples.map {
                    row($0.sample, NALUnitsEnd.slice(of: $0.payload, SyntheticStream.lengths))
                })
        }
        if case .opus = format { return whole(samples) }
        guard let first = samples.first else { return whole(samples) }
        let octets = samples.flatMap { LibavOracleTests.framed($0.payload, format) }
        return Track(kind: "joined", samples: [row(first.sample, octets)])
    }

    private static func row(_ sample: Sample, _ octets: [UInt8]) -> [Int64] {
        [sample.presentationTime.nanoseconds, sample.decodeTime.nanoseconds, adler32(octets)]
    }

    /// RFC 1950 §9.
    private static func adler32(_ octets: [UInt8]) -> Int64 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for octet in octets {
            low = (low + UInt32(octet)) % 65_521
            high = (high + low) % 65_521
        }
        return Int64(high << 16 | low)
    }
}
