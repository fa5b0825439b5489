import Testing
import Wire

@testable import Service

@Suite struct SettingsCornerTests {
    @Test func `an option that means nothing without another is not passed over`() throws {
        let options = [
            Option("cut", .number(1...9), "N", help: ""),
            Option("align", .flag, with: "cut", help: ""),
            Option("word", .text, "WORD", default: "one", with: "cut", help: ""),
        ]
        func read(
            _ arguments: [String], _ environment: [String: String] = [:], file: String? = nil
        ) throws(SettingsError) {
            _ = try Settings(
                options + Option.common,
                arguments: arguments + (file == nil ? [] : ["--config", "f"]),
                environment: environment, readFile: { _ in Array((file ?? "").utf8) })
        }
        let error = SettingsError.lacksCompanion("align", companion: "cut")
        #expect(throws: error) { try read(["--align"]) }
        #expect(throws: error) { try read([], ["SLUICE_ALIGN": "true"]) }
        #expect(throws: error) { try read([], file: #"{"align": true}"#) }
        #expect(throws: SettingsError.lacksCompanion("word", companion: "cut")) {
            try read(["--word", "one"])
        }
        #expect(error.description == "--align needs --cut" && error.exitCode == .usage)
        try read([])
        try read(["--align=false"])
        try read(["--align", "--word", "two"], ["SLUICE_CUT": "2"])
        try read(["--align"], file: #"{"cut": 2}"#)
    }

    @Test func `a text with a line's end in it is refused, and nothing of it told`() {
        let options = [
            Option("bearer", .text, "TOKEN", help: ""), Option("cams", .list, "FILE", help: ""),
        ]
        let told = "bearer must have no control characters in it"
        #expect(throws: SettingsError.self) {
            try Settings(options, arguments: ["--bearer", "s3cret\r"], environment: [:]) { _ in [] }
        }
        do throws(SettingsError) {
            _ = try Settings(
                options, arguments: [], environment: ["SLUICE_BEARER": "s3cret\r\nX: 1"]
            ) { _ in [] }
        } catch {
            #expect(
                error.description
                    == "SLUICE_BEARER must have no control characters in it, not \"…\"")
        }
        do throws(SettingsComplaint) {
            var settings = Settings()
            settings.values["cams"] = [#"[{"bearer": "s3cret\n"}]"#]
            _ = try settings.entries(
                of: "cams", each: "camera", options, .init(required: ["bearer"]))
            Issue.record("accepted")
        } catch { #expect(error.description == "camera 1 of the list: " + told) }
    }

    @Test(arguments: ["rtsp://cam:s3cret@192.0.2.1/live", "a b", String(repeating: "k", count: 41)])
    func `an unknown key that may have a password in it is not told`(key: String) {
        let error = SettingsError.unknownKey(key, file: "f.json")
        #expect(error.description == "unknown key that is no word in f.json")
        #expect(
            SettingsError.unknownKey("segmnt", file: "f").description
                == "unknown key \"segmnt\" in f")
    }

    @Test func `an equals sign without a value does not take the next argument`() {
        do throws(SettingsError) {
            _ = try SettingsTests.settings(["--announce=", "192.0.2.1"])
            Issue.record("accepted")
        } catch {
            #expect(error.description == "--announce must not be empty, not \"\"")
        }
    }

    static let servers = [
        ("http://127.0.0.1:3000", true), ("HTTPS://media.example", true),
        ("http://[::1]:3000/", true),
        ("https://host/behind/a/proxy/", true), ("http://u:p@host:80", true),
        ("http://[::1]", true),
        ("nonsense", false), ("", false), ("http://", false), ("http:///rooms", false),
        ("http:127.0.0.1", false), ("ftp://host", false), ("rtsp://host", false),
        ("http://host:0", false), ("http://host:99999", false), ("http://host:", false),
        ("http://:3000", false), ("http://[::1", false), ("http://::1]:80", false),
        ("http://host?a=b", false), ("http://host#a", false), ("http://a b", false),
        ("http://host\u{e9}", false), ("http://u@", false),
    ]

    @Test(arguments: servers) func `a server's address is one that paths can be put behind`(
        text: String, isTaken: Bool
    ) {
        let option = Option("rooms", .url, "URL", help: "")
        do throws(SettingsError) {
            let settings = try Settings(
                [option], arguments: ["--rooms", text], environment: [:], readFile: { _ in [] })
            #expect(isTaken && settings["rooms"] == text)
        } catch {
            #expect(!isTaken && error.exitCode == .usage)
            #expect(
                error.description == "--rooms must be an http:// or https:// URL, as in"
                    + " http://127.0.0.1:3000, not \"\(toldAddress(text))\"")
        }
    }

    @Test(arguments: ["x", "x?y@z"]) func `a password in a server's address is not said again`(
        path: String
    ) {
        do throws(SettingsError) {
            _ = try Settings(
                [Option("rooms", .url, "URL", help: "")],
                arguments: ["--rooms", "http://user:s3cret@h:99999/" + path], environment: [:],
                readFile: { _ in [] })
            Issue.record("accepted")
        } catch { #expect(error.description.hasSuffix(", not \"http://h:99999/…\"")) }
    }

    @Test func `a value keeps its own equals signs`() throws {
        #expect(try SettingsTests.settings(["--announce=a==b"]).all("announce") == ["a==b"])
    }

    @Test(arguments: ["--=x", "--", "---http"]) func `a flag needs its name`(argument: String) {
        #expect(throws: SettingsError.self) { try SettingsTests.settings([argument]) }
    }

    /// Images and deployments set SLUICE_VERSION for purposes of their own.
    @Test func `help and version are asked for on the command line only`() throws {
        _ = try SettingsTests.settings(environment: ["SLUICE_VERSION": "1.2"])
        #expect(throws: SettingsError.unknownKey("help", file: "there.json")) {
            try SettingsTests.settings(["--config", "there.json"], file: #"{"help": true}"#)
        }
    }

    private static func listed(
        _ arguments: [String], _ environment: [String: String] = [:], file: String
    ) throws(SettingsError) -> Settings {
        try Settings(
            [Option("cameras", .list, "FILE", help: ""), Option("insecure", .flag, help: "")]
                + Option.common, arguments: arguments, environment: environment,
            readFile: { path throws(UnreadableFile) in
                guard path == "there.json" else {
                    throw UnreadableFile(path, reason: "no such file or directory")
                }
                return Array(file.utf8)
            })
    }

    @Test func `a list of objects is the file, a key of it, or a file that a flag names`() throws {
        let list = #"[{"loop":true,"name":"a"}]"#
        #expect(try Self.listed(["--config", "there.json"], file: list)["cameras"] == list)
        let keyed = #"{"insecure": true, "cameras": \#(list)}"#
        let settings = try Self.listed(["--config", "there.json"], file: keyed)
        #expect(settings["cameras"] == list && settings.isSet("insecure"))
        #expect(try Self.listed(["--cameras", "there.json"], file: list)["cameras"] == list)
        let variable = ["SLUICE_CAMERAS": "there.json"]
        #expect(try Self.listed([], variable, file: list)["cameras"] == list)
    }

    @Test(arguments: [
        ("/etc/sluice/there.json", "l.json", "/etc/sluice/l.json"),
        ("etc/there.json", "lists/l.json", "etc/lists/l.json"),
        ("etc/there.json", "/srv/l.json", "/srv/l.json"), ("there.json", "l.json", "l.json"),
    ]) func `a list that the file names lies beside it`(
        file: String, name: String, list: String
    ) throws {
        let settings = try Settings(
            [Option("cameras", .list, "FILE", help: "")] + Option.common,
            arguments: ["--config", file], environment: [:],
            readFile: { path throws(UnreadableFile) in
                guard [file, list].contains(path) else {
                    throw UnreadableFile(path, reason: "no such file or directory")
                }
                return Array((path == file ? "{\"cameras\": \"\(name)\"}" : "[{\"a\": 1}]").utf8)
            })
        #expect(settings["cameras"] == #"[{"a":1}]"#)
    }

    @Test func `a key of the file names another with the list, as the flag does`() throws {
        func read(_ arguments: [String]) throws(SettingsError) -> Settings {
            try Settings(
                [Option("cameras", .list, "FILE", help: "")] + Option.common,
                arguments: ["--config", "there.json"] + arguments, environment: [:],
                readFile: { path in
                    Array((path == "there.json" ? #"{"cameras": "l.json"}"# : #"[{"a": 1}]"#).utf8)
                })
        }
        #expect(try read([])["cameras"] == #"[{"a":1}]"#)
        #expect(throws: SettingsError.secondList(source: "--cameras", file: "there.json")) {
            try read(["--cameras", "l.json"])
        }
    }

    @Test(arguments: [#"{"cameras": [{"name": "a"}]}"#, #"[{"name": "a"}]"#])
    func `a list beside that of the file is refused, for one of them would be passed over`(
        file: String
    ) {
        let line = "there.json has a list already: leave --cameras or that one out"
        func complaint(_ arguments: [String], _ environment: [String: String] = [:]) -> String? {
            do throws(SettingsError) {
                _ = try Settings(
                    [Option("cameras", .list, "FILE", help: "")] + Option.common,
                    arguments: ["--config", "there.json"] + arguments, environment: environment,
                    readFile: { path in Array((path == "there.json" ? file : "[]").utf8) })
                return nil
            } catch { return error.description }
        }
        #expect(complaint(["--cameras", "other.json"]) == line)
        #expect(
            complaint([], ["SLUICE_CAMERAS": "other.json"])
                == line.replacing("--cameras", with: "SLUICE_CAMERAS"))
        #expect(complaint([]) == nil)
    }

    @Test(arguments: [
        (["--cameras", "absent.json"], "[]", "cannot read absent.json: no such file or directory"),
        (["--cameras", "there.json"], "{}", "there.json is not a JSON list of objects"),
        (
            ["--cameras", "there.json"], "[{}, 1]",
            "number 2 of the list in there.json must be an object of settings, not a number"
        ),
        (
            ["--config", "there.json"], #"{"cameras": "a"}"#,
            "cannot read a: no such file or directory"
        ),
        (
            ["--config", "there.json"], #"{"cameras": "there.json"}"#,
            "there.json is not a JSON list of objects"
        ),
        (
            ["--config", "there.json"], #"{"cameras": 7}"#,
            "\"cameras\" in there.json must be a list of objects, or the name of a file with one,"
                + " not a number"
        ),
        (
            ["--config", "there.json"], #"{"insecure": [{}]}"#,
            "\"insecure\" in there.json must be true or false, not a list"
        ),
    ]) func `what is no list is named`(arguments: [String], file: String, line: String) {
        do throws(SettingsError) {
            _ = try Self.listed(arguments, file: file)
            Issue.record("accepted")
        } catch {
            #expect(error.description == line)
        }
    }
}
