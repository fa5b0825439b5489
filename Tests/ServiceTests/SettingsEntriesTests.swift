import Service
import Testing

/// Lists of objects in settings, each read by the options of the command.
@Suite struct SettingsEntriesTests {
    static let options = [
        Option("cameras", .list, "FILE", help: ""),
        Option("source", .text, "URL", help: ""),
        Option("name", .text, "ID", default: "camera", with: "source", help: ""),
        Option("format", .choice(["ts", "mp4"]), "FORMAT", default: "ts", help: ""),
        Option("segment", .number(1...86_400), "SECONDS", help: ""),
        Option("align", .flag, with: "segment", help: ""),
        Option("keep", .number(1...100), "N", help: ""),
        Option("token", .text, "TOKEN", help: ""), Option("server", .url, "URL", help: ""),
    ]
    static let keys = Settings.EntryKeys(
        required: ["name", "source"], inherited: ["format", "segment", "align", "token"],
        own: ["keep", "server"])

    static func entries(_ list: String, _ arguments: [String] = []) throws -> [Settings] {
        let settings = try Settings(
            options + Option.common, arguments: ["--config", "there.json"] + arguments,
            environment: [:],
            readFile: { _ in Array(list.utf8) })
        return try settings.entries(of: "cameras", each: "camera", options, keys)
    }

    @Test func `each object has what it says, else what holds for all, and what is its own`() throws
    {
        let list = """
            [{"name": "a", "source": "x", "format": "mp4", "segment": 60, "align": true, "keep": 3},
             {"name": "b", "source": "y", "align": false}]
            """
        let entries = try Self.entries(list, ["--segment", "10", "--keep", "7"])
        #expect(entries.map { $0["name"] } == ["a", "b"])
        #expect(entries.map { $0["source"] } == ["x", "y"])
        #expect(entries.map { $0["format"] } == ["mp4", "ts"])
        #expect(entries.map { $0.number("segment") } == [60, 10])
        #expect(entries.map { $0.isSet("align") } == [true, false])
        #expect(entries.map { $0["keep"] } == ["3", nil], "of all is not of each")
    }

    @Test func `an empty text says nothing, and what holds for all holds`() throws {
        let list = #"[{"name": "a", "source": "x", "token": ""}, {"name": "b", "source": "y"}]"#
        let entries = try Self.entries(list, ["--token", "t0k3n"])
        #expect(entries.map { $0["token"] } == ["t0k3n", "t0k3n"])
        #expect(try Self.entries(list).map { $0["token"] } == [nil, nil])
    }

    @Test func `a list may stand beside flags, and there may be none`() throws {
        let file = #"{"segment": 5, "cameras": [{"name": "a", "source": "x"}]}"#
        #expect(try Self.entries(file).map { $0.number("segment") } == [5])
        #expect(try Self.entries("{}").isEmpty)
    }

    @Test(arguments: [
        ("[]", "the list of cameras is empty"),
        (#"[{"source": "x"}]"#, "camera 1 of the list has no name"),
        (#"[{"name": "", "source": "x"}]"#, "camera 1 of the list has no name"),
        (#"[{"name": "a"}]"#, "camera 1 of the list, \"a\" has no source"),
        (
            #"[{"name": "a", "source": "x"}, {"name": "b", "source": "x", "colour": 1}]"#,
            "camera 2 of the list, \"b\": unknown key \"colour\""
        ),
        (
            #"[{"name": "a", "source": "x"}, {"name": "a", "source": "y"}]"#,
            "camera 2 of the list, \"a\": camera 1 has the same name"
        ),
        (
            #"[{"name": "a", "source": "x", "segment": 0}]"#,
            "camera 1 of the list, \"a\": segment must be a whole number from 1 to 86400, not \"0\""
        ),
        (
            #"[{"name": "a", "source": "x", "format": "avi"}]"#,
            "camera 1 of the list, \"a\": format must be one of ts, mp4, not \"avi\""
        ),
        (
            #"[{"name": "door", "source": "x", "segment": "abc"}]"#,
            "camera 1 of the list, \"door\": segment must be a whole number from 1 to 86400, not"
                + " \"abc\""
        ),
        (
            #"[{"name": "a", "source": "x", "server": "http://user:s3cret@"}]"#,
            "camera 1 of the list, \"a\": server must be an http:// or https:// URL, as in"
                + " http://127.0.0.1:3000"
        ),
        (
            #"[{"name": "a", "source": ["s3cret"]}]"#,
            "camera 1 of the list, \"a\": source must be a text, not a list"
        ),
        (
            #"[{"name": "a", "source": "x", "segment": 1.5}]"#,
            "camera 1 of the list, \"a\": segment must be a whole number from 1 to 86400, not"
                + " \"1.5\""
        ),
        (
            #"[{"name": 1.50, "source": "x"}]"#,
            "camera 1 of the list, \"1.5\": name must be a text, not a number"
        ),
        (
            #"[{"name": "a", "source": "x", "keep": null}]"#,
            "camera 1 of the list, \"a\": keep must be a whole number from 1 to 100, not null"
        ),
        (
            #"[{"name": "a", "source": "x", "align": true}]"#,
            "camera 1 of the list, \"a\": align needs segment"
        ),
    ]) func `what is wrong is told in one line, with its place and no value that may be secret`(
        list: String, line: String
    ) {
        do {
            _ = try Self.entries(list)
            Issue.record("accepted")
        } catch { #expect("\(error)" == line) }
    }

    @Test func `what needs an option already goes on needing that`() {
        #expect(Self.options[5].needing("recordings").companion == "segment")
        #expect(Self.options[4].needing("recordings").companion == "recordings")
    }
}
