import Glibc
import Pacer
import Simulation
import Timing

/// Departures against arrivals, three traces one below the other, as SVG.
func writePicture(to path: String) throws {
    let names = ["3 ms jitter", "TCP bursts of 200 ms", "stall of 2.0 s"]
    let panels = NamedTrace.all.filter { names.contains($0.name) }.map(Panel.init)
    var svg = """
        <svg xmlns="http://www.w3.org/2000/svg" width="\(Panel.width)" \
        height="\(panels.count * Panel.height + 40)" font-family="sans-serif" font-size="12">
        <rect width="100%" height="100%" fill="white"/>
        <circle cx="70" cy="18" r="2" fill="#999"/><text x="78" y="22">video frames as they came</text>
        <path d="M250 18h20" stroke="#06c" stroke-width="2"/>\
        <text x="276" y="22">as MediaClock sent them</text>
        <path d="M450 18h20" stroke="#d60" stroke-width="2"/>\
        <text x="476" y="22">as the original's LeakyBucket did</text>

        """
    for (index, panel) in panels.enumerated() {
        svg += panel.svg(top: 30 + index * Panel.height)
    }
    svg += "</svg>\n"
    guard let file = fopen(path, "w") else { throw PictureError.cannotWrite(path) }
    defer { fclose(file) }
    guard fputs(svg, file) >= 0 else { throw PictureError.cannotWrite(path) }
}

enum PictureError: Error {
    case cannotWrite(String)
}

/// One trace: the time of capture to the right, the delay since then upwards.
private struct Panel {
    static let width = 760
    static let height = 200
    private static let (left, plotWidth, plotHeight) = (60, 680, 140)

    let title: String
    private let clock: [PacedFrameRecord]
    private let bucket: [PacedFrameRecord]
    private let from: Interval
    private let span: Interval
    private let highest: Interval

    init(_ trace: NamedTrace) {
        let isStall = !trace.shape.stalls.isEmpty
        (from, span) = isStall ? (.seconds(118), .seconds(30)) : (.seconds(118), .seconds(6))
        title = trace.name
        func shown(_ law: PacerConfiguration.Law, _ from: Interval, _ span: Interval)
            -> [PacedFrameRecord]
        {
            TraceResult(trace, law: law).frames.filter { frame in
                let captured = frame.captured - CameraTrace.start
                return frame.track == 0 && captured >= from && captured < from + span
            }
        }
        clock = shown(.mediaClock, from, span)
        bucket = shown(.leakyBucket, from, span)
        let most = (clock + bucket).map { $0.departed - $0.captured }.max() ?? .zero
        highest = most + most / 10
    }

    func svg(top: Int) -> String {
        let bottom = top + 20 + Self.plotHeight
        var svg =
            "<text x=\"\(Self.left)\" y=\"\(top + 14)\" font-weight=\"bold\">\(title)</text>\n"
        let step = gridStep
        var level = Interval.zero
        while level < highest {
            let y = height(level, bottom)
            svg += "<path d=\"M\(Self.left) \(y)h\(Self.plotWidth)\" stroke=\"#ddd\"/>"
            svg += "<text x=\"\(Self.left - 6)\" y=\"\(y + 4)\" text-anchor=\"end\">"
            svg += "\(level.nanoseconds / 1_000_000) ms</text>\n"
            level = level + step
        }
        for second in stride(from: Int64(0), through: span.nanoseconds / 1_000_000_000, by: 2) {
            let x = place(from + .seconds(second))
            svg +=
                "<text x=\"\(x)\" y=\"\(bottom + 16)\" text-anchor=\"middle\">\(second) s</text>\n"
        }
        svg += line(bucket, "#d60", bottom) + line(clock, "#06c", bottom)
        let dots = clock.map { frame in
            "M\(place(frame.captured - CameraTrace.start)) "
                + "\(height(frame.arrival - frame.captured, bottom))h.1"
        }
        svg += "<path d=\"\(dots.joined())\" stroke=\"#999\" stroke-width=\"2.5\" "
        return svg + "stroke-linecap=\"round\"/>\n"
    }

    private func line(_ frames: [PacedFrameRecord], _ colour: String, _ bottom: Int) -> String {
        let points = frames.map { frame in
            "\(place(frame.captured - CameraTrace.start)),"
                + "\(height(frame.departed - frame.captured, bottom))"
        }
        return "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" "
            + "stroke=\"\(colour)\" stroke-width=\"1.5\"/>\n"
    }

    private var gridStep: Interval {
        [50, 100, 200, 500, 1_000].map { Interval.milliseconds($0) }
            .first { highest.nanoseconds / $0.nanoseconds < 5 } ?? .seconds(2)
    }

    private func place(_ captured: Interval) -> Int {
        Self.left + Int((captured - from).seconds / span.seconds * Double(Self.plotWidth))
    }

    private func height(_ delay: Interval, _ bottom: Int) -> Int {
        bottom - Int(delay.seconds / highest.seconds * Double(Self.plotHeight))
    }
}
