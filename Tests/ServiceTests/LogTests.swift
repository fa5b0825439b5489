import Testing

@testable import Service

@Suite struct LogTests {
    static let text = Log(level: .info, isJSON: false)
    static let json = Log(level: .info, isJSON: true)

    @Test func `a line of text names its fields in their order`() {
        let line = Self.text.line(.info, "peer joined", ["room": "demo", "peer": "a"], at: "T")
        #expect(line == "T info peer joined room=demo peer=a\n")
    }

    @Test func `a line of JSON is one object`() {
        let line = Self.json.line(.error, "no \"luck\"", ["a": "b\\c"], at: "T")
        #expect(
            line == #"{"time":"T","level":"error","message":"no \"luck\"","a":"b\\c"}"# + "\n")
    }

    /// Names of rooms and peers are strangers' words.
    @Test(arguments: [
        ("two words", #""two words""#), ("", #""""#), ("a=b", #""a=b""#),
        ("line\nbreak", #""line\nbreak""#),
        ("\u{1B}[2J", #""\u001b[2J""#), ("\u{9B}2J", #""\u009b2J""#), ("\t", #""\u0009""#),
        ("\u{202E}x", #""\u202ex""#), ("\u{E0001}", #""\udb40\udc01""#), ("naïve", "naïve"),
    ]) func `no value can look like another field or drive a terminal`(
        value: String, written: String
    ) {
        #expect(Self.text.line(.info, "m", ["v": value], at: "T") == "T info m v=\(written)\n")
    }

    @Test func `a message cannot break its line either`() {
        #expect(Self.text.line(.info, "a\nb", [:], at: "T") == "T info \"a\\nb\"\n")
    }
}
