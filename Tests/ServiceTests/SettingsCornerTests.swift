import Service
import Testing

@Suite struct SettingsCornerTests {
    @Test func `an equals sign without a value does not take the next argument`() {
        do throws(SettingsError) {
            _ = try SettingsTests.settings(["--announce=", "192.0.2.1"])
            Issue.record("accepted")
        } catch {
            #expect(error.description == "--announce must not be empty, not \"\"")
        }
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
}
