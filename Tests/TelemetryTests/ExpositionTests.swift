import Telemetry
import Testing

@Suite struct ExpositionTests {
    @Test func `writes help, type and value of each family`() {
        var page = Exposition()
        page.counter("sluice_things_total", "Things seen.", 3)
        page.gauge("sluice_rooms", "Rooms now.", 2)
        #expect(
            page.description == """
                # HELP sluice_things_total Things seen.
                # TYPE sluice_things_total counter
                sluice_things_total 3
                # HELP sluice_rooms Rooms now.
                # TYPE sluice_rooms gauge
                sluice_rooms 2

                """)
    }

    @Test func `escapes what would end a label's value or a line of help`() {
        var page = Exposition()
        page.counter("odd_total", "a\\b\nc", label: "reason", [("q\"b\\n\n", 1)])
        #expect(page.description.contains("# HELP odd_total a\\\\b\\nc\n"))
        #expect(page.description.contains("odd_total{reason=\"q\\\"b\\\\n\\n\"} 1\n"))
    }
}
