import Service
import Testing
import Wire

@Suite struct SettingsTests {
    static let options = [
        Option("http", .endpoint, "HOST:PORT", default: "127.0.0.1:3000", help: ""),
        Option("workers", .number(1...64), "N", default: "1", help: ""),
        Option("announce", .text, "IP", isRepeated: true, help: ""),
        Option("insecure", .flag, help: ""),
    ]

    static func settings(
        _ arguments: [String] = [], environment: [String: String] = [:], file: String? = nil
    ) throws(SettingsError) -> Settings {
        try Settings(
            options + Option.common, arguments: arguments, environment: environment,
            readFile: { path throws(UnreadableFile) in
                guard path == "there.json", let file else {
                    throw UnreadableFile(path, reason: "no such file or directory")
                }
                return Array(file.utf8)
            })
    }

    @Test func `a flag wins over the environment, that over the file, that over the default`()
        throws
    {
        let file = #"{"workers": 2, "http": "127.0.0.1:2"}"#
        let environment = ["SLUICE_WORKERS": "3", "SLUICE_CONFIG": "there.json"]
        let settings = try Self.settings(
            ["--workers", "4"], environment: environment, file: file)
        #expect(settings.number("workers") == 4)
        #expect(settings.endpoint("http") == Endpoint("127.0.0.1:2"))
        let inherited = try Self.settings(environment: environment, file: file)
        #expect(inherited.number("workers") == 3)
        #expect(try Self.settings().number("workers") == 1)
    }

    @Test func `repeated options gather, in flags, variables and files alike`() throws {
        let flags = try Self.settings(["--announce", "192.0.2.1", "--announce=192.0.2.2"])
        let variable = try Self.settings(environment: ["SLUICE_ANNOUNCE": "192.0.2.1,192.0.2.2"])
        let file = try Self.settings(
            ["--config", "there.json"], file: #"{"announce": ["192.0.2.1", "192.0.2.2"]}"#)
        for settings in [flags, variable, file] {
            #expect(settings.all("announce") == ["192.0.2.1", "192.0.2.2"])
        }
    }

    @Test func `a flag without a value is set`() throws {
        #expect(try Self.settings(["--insecure"]).isSet("insecure"))
        #expect(try Self.settings(file: nil).isSet("insecure") == false)
        let file = try Self.settings(["--config", "there.json"], file: #"{"insecure": true}"#)
        #expect(file.isSet("insecure"))
    }

    @Test(arguments: [
        (["--nonsense"], "unknown option --nonsense; --help lists them all"),
        (["stray"], "unexpected argument stray; see --help"),
        (["--http"], "--http needs a value"),
        (["--workers", "65"], "--workers must be a whole number from 1 to 64, not \"65\""),
        (
            ["--http", "example.org:80"],
            "--http must be an IP address and a port, as in 127.0.0.1:3000 or [::1]:3000, "
                + "not \"example.org:80\""
        ),
        (["--config", "absent.json"], "cannot read absent.json: no such file or directory"),
        (
            ["--log-level", "loud"],
            "--log-level must be one of debug, info, warning, error, not \"loud\""
        ),
    ]) func `what is wrong is named in one line`(arguments: [String], line: String) {
        do throws(SettingsError) {
            _ = try Self.settings(arguments)
            Issue.record("accepted")
        } catch {
            #expect(error.description == line)
        }
    }

    @Test(arguments: [
        ("{", "there.json is not valid JSON: line 1: string or '}' expected near end of file"),
        ("[1]", "there.json is not a JSON object of settings"),
        (#"{"colour": "red"}"#, "unknown key \"colour\" in there.json"),
        (
            #"{"workers": 0}"#,
            "\"workers\" in there.json must be a whole number from 1 to 64, not \"0\""
        ),
    ]) func `a wrong file is named with what is wrong`(file: String, line: String) {
        do throws(SettingsError) {
            _ = try Self.settings(["--config", "there.json"], file: file)
            Issue.record("accepted")
        } catch {
            #expect(error.description == line)
        }
    }

    @Test func `a wrong variable is named as the variable`() {
        #expect(throws: SettingsError.self) {
            try Self.settings(environment: ["SLUICE_WORKERS": "many"])
        }
    }
}
