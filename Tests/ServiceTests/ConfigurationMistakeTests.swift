import Testing

@testable import Service

/// What people write wrong in a configuration file: it is told by its line, or by its key.
@Suite struct ConfigurationMistakeTests {
    static let wrongValues = [
        (
            "\"workers\": 1.5",
            "\"workers\" in there.json must be a whole number from 1 to 64, not \"1.5\""
        ),
        (
            "\"workers\": [1]",
            "\"workers\" in there.json must be a whole number from 1 to 64, not a list"
        ),
        (
            "\"workers\": {}",
            "\"workers\" in there.json must be a whole number from 1 to 64, not an object"
        ),
        (
            "\"workers\": null",
            "\"workers\" in there.json must be a whole number from 1 to 64, not null"
        ),
        ("\"insecure\": 1", "\"insecure\" in there.json must be true or false, not \"1\""),
        ("\"announce\": [{}]", "\"announce\" in there.json must be a text, not an object"),
        ("\"announce\": 1.50", "\"announce\" in there.json must be a text, not a number"),
        ("\"announce\": [1e5]", "\"announce\" in there.json must be a text, not a number"),
    ]

    @Test(arguments: wrongValues) func `a value of the wrong kind is told by its key`(
        member: String, line: String
    ) { #expect(Self.complaint("{\(member)}") == line) }

    static let wrongTexts = [
        ("", "line 1: '[' or '{' expected near end of file"),
        ("{\"workers\": 1", "line 1: '}' expected near end of file"),
        ("{\"workers\": 1\n\"insecure\": true}", "line 2: '}' expected"),
        ("{\"workers\": 1,\n\n}", "line 3: string or '}' expected"),
        ("{workers: 1}", "line 1: string or '}' expected"),
        ("{\"workers\" 1}", "line 1: ':' expected"),
        ("{\"announce\":\n s3cret}", "line 2: invalid token"),
        ("{\"announce\": \"s3cret\n}", "line 1: unexpected newline"),
        ("{\"announce\": [\"a\" \"b\"]}", "line 1: ']' expected"),
        ("{\"announce\": \"\\x\"}", "line 1: invalid escape"),
        ("{\"announce\": \"\\ud800\"}", "line 1: invalid Unicode"),
        ("{\"announce\": \"\\ud800\\u0041\"}", "line 1: invalid Unicode"),
        ("{\"announce\": \"s3\u{1}\"}", "line 1: control character"),
        ("{\"workers\": 1,\n\"workers\": 2}", "line 2: \"workers\" stands there twice"),
        (
            "{\"recording-of-the-front-door\": 1,\n\"recording-of-the-front-door\": 2}",
            "line 2: a key stands twice"
        ),
        ("{}\n{}", "line 2: end of file expected"),
        (String(repeating: "[", count: 100_000), "line 1: maximum parsing depth reached"),
    ]

    @Test(arguments: wrongTexts) func `what is no JSON is told by its line, and no value with it`(
        text: String, reason: String
    ) { #expect(Self.complaint(text) == "there.json is not valid JSON: " + reason) }

    @Test func `an octet that is no UTF-8 is not told`() {
        #expect(throws: JSONFlaw(line: 1, reason: "unable to decode byte")) {
            try JSONReader.read(Array("[\"".utf8) + [0xE9] + Array("\"]".utf8))
        }
    }

    @Test func `only of lists that may be read as such the JSON is kept`() throws {
        let depth = 1000
        let text =
            String(repeating: "[", count: depth) + "\"a\"" + String(repeating: "]", count: depth)
        var (value, kept) = (try JSONReader.read(Array(text.utf8)), 0)
        while case .list(let elements, let json) = value, let first = elements.first {
            kept += json?.utf8.count ?? 0
            value = first
        }
        #expect(kept == text.utf8.count * 2 - 2, "of the first and the second")
    }

    @Test func `every cut of a good file is told, and none is taken`() throws {
        let file = Array(
            "{\"announce\": [\"a\\u00e4\\n\", \"é\"], \"workers\": 2, \"insecure\": false}".utf8)
        #expect(throws: Never.self) { try JSONReader.read(file) }
        for count in file.indices {
            #expect(throws: JSONFlaw.self) { try JSONReader.read(Array(file[..<count])) }
        }
    }

    @Test func `texts, numbers and words are read as they are meant`() throws {
        let file = """
            \u{FEFF}{ "announce": ["\\"\\\\\\/", "\\ud83d\\ude00é", -2, true],
              "workers": 6.0e1, "insecure": false }
            """
        let settings = try Self.settings(file)
        #expect(
            settings.all("announce")
                == ["\"\\/", "\u{1F600}é", "-2", "true"])
        #expect(settings.number("workers") == 60 && !settings.isSet("insecure"))
    }

    private static func settings(_ file: String) throws(SettingsError) -> Settings {
        try SettingsTests.settings(["--config", "there.json"], file: file)
    }

    private static func complaint(_ file: String) -> String? {
        do throws(SettingsError) {
            _ = try settings(file)
            return nil
        } catch {
            #expect(error.exitCode == .usage)
            return error.description
        }
    }
}
