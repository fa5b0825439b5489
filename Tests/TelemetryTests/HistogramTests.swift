import Telemetry
import Testing

@Suite struct HistogramTests {
    static func filled(_ values: [Double]) -> Histogram {
        values.reduce(into: Histogram(bounds: [0.25, 1])) { $0.record($1) }
    }

    @Test func `a bound belongs to its own bucket`() {
        let histogram = Self.filled([0, 0.25, 0.5, 1, 2, .infinity])
        #expect(histogram.counts == [2, 2, 2] && histogram.count == 6)
    }

    @Test func `what is not a number is left out`() {
        #expect(Self.filled([.nan, 1]).count == 1)
        #expect(Self.filled([.nan, 1]).sum == 1)
    }

    @Test func `merging is counting together`() {
        var merged = Self.filled([0.25, 4])
        merged.merge(Self.filled([0.5]))
        #expect(merged == Self.filled([0.25, 4, 0.5]))
    }

    @Test func `writes cumulative buckets, sum and count`() {
        var page = Exposition()
        page.histogram("sluice_wait_seconds", "Waiting.", Self.filled([0.25, 0.5, 4]))
        #expect(
            page.description == """
                # HELP sluice_wait_seconds Waiting.
                # TYPE sluice_wait_seconds histogram
                sluice_wait_seconds_bucket{le="0.25"} 1
                sluice_wait_seconds_bucket{le="1.0"} 2
                sluice_wait_seconds_bucket{le="+Inf"} 3
                sluice_wait_seconds_sum 4.75
                sluice_wait_seconds_count 3

                """)
    }
}
