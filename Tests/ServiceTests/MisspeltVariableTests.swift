import Testing

@testable import Service

/// Variables that nobody reads, and that were surely meant for somebody.
@Suite struct MisspeltVariableTests {
    private static let command = Command(
        name: "recorder", summary: "", version: "1",
        options: [
            Option("segment", .number(1...9), "N", help: ""),
            Option("keep-hours", .number(1...9), "N", help: ""),
            Option("http", .endpoint, "IP:PORT", help: ""), Option("sync", .text, help: ""),
        ])

    struct Row: CustomTestStringConvertible {
        let variable: String
        let meant: String?
        var testDescription: String { variable }
    }

    static let rows = [
        Row(variable: "SLUICE_SEGMNT", meant: "SLUICE_SEGMENT"),
        Row(variable: "SLUICE_SEGMNET", meant: "SLUICE_SEGMENT"),
        Row(variable: "SLUICE_KEEPHOURS", meant: "SLUICE_KEEP_HOURS"),
        Row(variable: "SLUICE_KEEP-HOURS", meant: "SLUICE_KEEP_HOURS"),
        Row(variable: "SLUICE_LOG_LEVL", meant: "SLUICE_LOG_LEVEL"),
        Row(variable: "SLUICE_HTP", meant: "SLUICE_HTTP"),
        Row(variable: "SLUICE_SEGMENT", meant: nil), Row(variable: "SLUICE_CONFIG", meant: nil),
        // Of others, who share the environment, of deployments, and of nobody here.
        Row(variable: "SLUICE_RTC", meant: nil), Row(variable: "SLUICE_PACER", meant: nil),
        Row(variable: "SLUICE_LOOP", meant: nil), Row(variable: "SLUICE_VERSION", meant: nil),
        Row(variable: "SLUICE_HELP", meant: nil), Row(variable: "SLUICE_", meant: nil),
        Row(variable: "SEGMNT", meant: nil), Row(variable: "SLUICE_IMAGE", meant: nil),
    ]

    @Test(arguments: rows) func `what is nearly an option is told, and nothing else`(row: Row) {
        let found = Self.command.misspellings(in: [row.variable])
        #expect(found.map(\.meant) == [row.meant].compactMap(\.self))
    }

    @Test func `all of them are one line`() {
        let variables = ["SLUICE_SYNK", "PATH", "SLUICE_SEGMNT", "SLUICE_HTTP"]
        #expect(
            Self.command.warning(ofVariables: variables)
                == "variables that are no option are passed over: SLUICE_SEGMNT (SLUICE_SEGMENT?),"
                + " SLUICE_SYNK (SLUICE_SYNC?)")
        #expect(Self.command.warning(ofVariables: ["SLUICE_HTTP", "SLUICE_RTC"]) == nil)
    }
}
