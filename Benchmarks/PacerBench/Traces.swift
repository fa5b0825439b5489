import Glibc
import Pacer
import Simulation
import Timing

/// One trace of the table.
struct NamedTrace {
    var name: String
    var shape: CameraShape
    var timer = TimerModel.idle
    /// Measured from here on; earlier the clock still learns.
    var first = Interval.seconds(80)

    init(_ name: String, _ change: (inout CameraShape) -> Void) {
        var shape = CameraShape()
        (shape.length, shape.jitter) = (.seconds(240), .milliseconds(3))
        change(&shape)
        (self.name, self.shape) = (name, shape)
    }

    /// A link that was measured: a file in mahimahi's form.
    init?(link path: String) {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var octets: [UInt8] = []
        var octet = getc(file)
        while octet != EOF {
            octets.append(UInt8(truncatingIfNeeded: octet))
            octet = getc(file)
        }
        guard let link = CameraShape.link(mahimahi: String(decoding: octets, as: UTF8.self))
        else { return nil }
        self.init(path.split(separator: "/").last.map(String.init) ?? path) { $0.link = link }
    }

    /// The traces that every pacer is measured on.
    static var all: [NamedTrace] {
        var busy = NamedTrace("3 ms jitter, busy machine") { _ in }
        busy.timer = .busy
        return [
            NamedTrace("no jitter") { $0.jitter = .zero }, NamedTrace("3 ms jitter") { _ in }, busy,
            NamedTrace("10 ms jitter") { $0.jitter = .milliseconds(10) },
            NamedTrace("30 ms jitter") { $0.jitter = .milliseconds(30) },
            NamedTrace("TCP bursts of 200 ms") { $0.burst = .milliseconds(200) },
            NamedTrace("LTE-like link") { $0.link = CameraShape.variableLink(seed: 4) },
        ] + stalls + clocks + cameras
    }

    private static var stalls: [NamedTrace] {
        [200, 1_000, 2_000, 10_000].map { length in
            NamedTrace("stall of \(Interval.milliseconds(length).seconds) s") {
                $0.stalls = [(at: .seconds(120), length: .milliseconds(length))]
            }
        }
    }

    private static var clocks: [NamedTrace] {
        [-500, -200, 200, 500].map { drift in
            NamedTrace("camera's clock \(drift > 0 ? "+" : "")\(drift) ppm") {
                $0.driftPerMillion = drift
            }
        } + [
            NamedTrace("clock set, +200 to -200 ppm") {
                ($0.driftPerMillion, $0.driftStep) = (200, (.seconds(120), -400))
            },
            NamedTrace("timestamps begin at 0 again") { $0.timestampReset = .seconds(120) },
            NamedTrace("timestamps jump +1 h") { $0.timestampJump = (.seconds(120), 324_000_000) },
            NamedTrace("timestamps jump -1 h") { $0.timestampJump = (.seconds(120), -324_000_000) },
            NamedTrace("timestamps wrap") { $0.firstTimestamp = 0 &- 90_000 * 120 },
        ]
    }

    private static var cameras: [NamedTrace] {
        [5, 10, 15, 25, 60].map { rate in
            NamedTrace("\(rate) frames a second") { $0.framesPerThousandSeconds = rate * 1_000 }
        } + [
            NamedTrace("variable rate, sound pauses") {
                ($0.isVariable, $0.pausesAudio) = (true, true)
            },
            NamedTrace("key frames of 300 kB") { $0.packetsPerKeyframe = 250 },
        ]
    }
}

/// What one pacer made of one trace.
struct TraceResult {
    let measures: PacedMeasures
    let frames: [PacedFrameRecord]
    let mostInMillisecond: Int
    let recovery: Interval?
    private let isStalled: Bool

    init(_ trace: NamedTrace, law: PacerConfiguration.Law) {
        var configuration = PacerConfiguration()
        configuration.law = law
        var replay = PacedReplay(
            CameraTrace(trace.shape, seed: 1), through: configuration, timer: trace.timer)
        replay.run()
        frames = replay.frames
        measures = PacedMeasures(replay.frames, from: trace.first)
        mostInMillisecond = replay.mostInMillisecond
        isStalled = !trace.shape.stalls.isEmpty
        recovery = trace.shape.stalls.first.flatMap { stall in
            PacedMeasures(replay.frames).recovery(
                track: 0, stalledFrom: stall.at, to: stall.at + stall.length)
        }
    }

    /// The row's cells, milliseconds unless they are counts.
    var cells: [String] {
        let added = measures.added(track: 0)
        let skew = measures.skew()
        return [
            added.quantile(500).text, added.quantile(990).text, skew.quantile(500).text,
            skew.last.text, measures.variation(track: 0).quantile(990).text,
            measures.variation(track: 1).quantile(990).text,
            measures.receiverJitter(track: 0).text, "\(mostInMillisecond)",
            recovery.map { ($0 / 1_000).text + " s" } ?? (isStalled ? "never" : "–"),
            "\(measures.dropped)",
        ]
    }
}

/// The table: every trace through both laws, and a day of each wrong clock.
func printTraces(links: [String]) {
    print(
        "trace".column(30, trailing: false) + "law".column(8, trailing: false)
            + [
                "added p50", "p99", "skew p50", "max", "IDV p99", "sound", "jitter", "in 1 ms",
                "recovery", "dropped",
            ].map { $0.column(10) }.joined())
    for trace in NamedTrace.all + links.compactMap({ NamedTrace(link: $0) }) {
        for law in [PacerConfiguration.Law.mediaClock, .leakyBucket] {
            let result = TraceResult(trace, law: law)
            let name = law == .mediaClock ? trace.name : ""
            let lawName = law == .mediaClock ? "clock" : "bucket"
            print(
                name.column(30, trailing: false) + lawName.column(8, trailing: false)
                    + result.cells.map { $0.column(10) }.joined())
            report(trace, law, result)
        }
    }
    for drift in [-200, 200] as [Int64] { printDay(drift: drift) }
}

/// The figures that have a goal.
private func report(_ trace: NamedTrace, _ law: PacerConfiguration.Law, _ result: TraceResult) {
    let prefix = law == .mediaClock ? "pacer" : "pacer.leaky_bucket"
    let added = result.measures.added(track: 0)
    switch trace.name {
    case "3 ms jitter":
        figure("\(prefix).added_delay_p50_seconds", added.quantile(500)?.seconds ?? 0)
        figure("\(prefix).added_delay_p99_seconds", added.quantile(990)?.seconds ?? 0)
        figure("\(prefix).skew_max_seconds", result.measures.skew().last?.seconds ?? 0)
    case "stall of 2.0 s":
        figure("\(prefix).recovery_2s_stall_seconds", result.recovery?.seconds ?? -1)
        figure("\(prefix).frames_lost_2s_stall", Double(result.measures.dropped))
    case "key frames of 300 kB":
        figure("\(prefix).most_packets_per_millisecond", Double(result.mostInMillisecond))
    default: break
    }
}

/// A day at five frames a second, from a camera whose clock is wrong.
private func printDay(drift: Int64) {
    let day = NamedTrace("a day at \(drift) ppm") {
        $0.length = .seconds(86_400)
        ($0.framesPerThousandSeconds, $0.audioInterval) = (5_000, .milliseconds(200))
        ($0.packetsPerFrame, $0.packetsPerKeyframe, $0.driftPerMillion) = (1, 1, drift)
    }
    for law in [PacerConfiguration.Law.mediaClock, .leakyBucket] {
        let slope = TraceResult(day, law: law).measures.slope(track: 0)
        print("\(day.name), \(law): the delay grows by \(slope.text) ms an hour")
        let sign = drift < 0 ? "minus" : "plus"
        let prefix = law == .mediaClock ? "pacer" : "pacer.leaky_bucket"
        figure("\(prefix).slope_\(sign)_200ppm_seconds_per_hour", slope / 1_000)
    }
}
