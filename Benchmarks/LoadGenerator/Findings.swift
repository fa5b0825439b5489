import Ciphers
import Timing

/// What an audience found, as one line of JSON.
struct Findings {
    let viewers: [Viewer]
    let sinks: Audience.Sinks

    /// Counts and times of one window.
    var window: String {
        // One reader stands for all where the others' packets are dropped.
        let readers = sinks == .reading ? viewers : Array(viewers.prefix(1))
        let each = Int64(viewers.count / max(readers.count, 1))
        let latencies = readers.flatMap(\.latencies).sorted()
        return object([
            ("received", Double(readers.map(\.received).reduce(0, +) * each)),
            ("bytes", Double(readers.map(\.bytes).reduce(0, +) * each)),
            ("lost", Double(readers.map(\.lost).reduce(0, +) * each)),
            ("verified", Double(viewers.map(\.verified).reduce(0, +))),
            ("refused", Double(viewers.map(\.refused).reduce(0, +))),
            ("first_media_p50", share(0.5, of: times(\.firstMedia))),
            ("first_video_p50", share(0.5, of: times(\.firstVideo))),
            ("latency_p50", share(0.5, of: latencies)),
            ("latency_p99", share(0.99, of: latencies)),
            ("latency_most", share(1, of: latencies)),
            ("late", Double(latencies.count { $0 > Self.lateness })),
            ("opened", Double(latencies.count)),
            ("gap_most", Double(readers.map(\.longestGap).max() ?? 0) / 1e9),
        ])
    }

    /// How those fared that joined all at once.
    var joining: String {
        let (connected, decodable) = (times(\.connected), times(\.decodable))
        return object([
            ("joined", Double(decodable.count)),
            ("refused", Double(viewers.map(\.refused).reduce(0, +))),
            ("connected_p50", share(0.5, of: connected)),
            ("connected_p95", share(0.95, of: connected)),
            ("decodable_p50", share(0.5, of: decodable)),
            ("decodable_p95", share(0.95, of: decodable)),
        ])
    }

    /// From the POST on, in order.
    private func times(_ moment: KeyPath<Viewer, Instant?>) -> [Int64] {
        viewers.compactMap { viewer in
            viewer[keyPath: moment].map { ($0 - viewer.posted).nanoseconds }
        }.sorted()
    }

    /// Seconds below which that share of sorted nanoseconds lies.
    private func share(_ share: Double, of sorted: [Int64]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return Double(sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)]) / 1e9
    }

    private func object(_ fields: [(String, Double)]) -> String {
        let gcm = viewers.first?.session.profile == .aeadAES128GCM
        let cipher = gcm ? "AEAD_AES_128_GCM" : "AES_CM_128_HMAC_SHA1_80"
        return "{\"cipher\": \"\(cipher)\""
            + fields.map { ", \"\($0.0)\": \($0.1)" }.joined() + "}"
    }

    private static let lateness: Int64 = 20_000_000  // one packet of sound
}
