import Testing

@testable import Recording

/// What recordings are called, and which files are none.
@Suite struct RecordingNameTests {
    @Test func `carries the time in UTC, and a number where two begin in one second`() {
        let first = RecordingName("door", at: 1_700_000_000, .mpegts)
        #expect(first.file == "door_20231114_221320.ts")
        #expect(RecordingName("door", at: 0, number: 2, .fmp4).file == "door_19700101_000000_2.mp4")
    }

    @Test(arguments: ["door", "a_b", "x_20231114_221320", "cam.1", "-", "a_2"])
    func `is taken apart as it was put together`(name: String) throws {
        for number in [1, 2, 99] {
            let made = RecordingName(name, at: 1_700_000_000, number: number, .mpegts)
            #expect(try #require(RecordingName(made.file)) == made)
        }
    }

    @Test(arguments: [
        "holiday.mp4", "door_20231114_221320.ts.index", "door_20231114.ts", "", ".ts",
        "a\r\nb_20231114_221320.ts", "door_20231114_221320_+5.ts", "door_2023111x_221320.ts",
        "door_20231114_221320.txt", "door_20231114_221320",
    ])
    func `is not seen in files of others`(file: String) {
        #expect(RecordingName(file) == nil)
    }

    @Test(arguments: [
        ("door", true), ("A.b-c_9", true), ("9", true), ("-", true), ("", false), (".", false),
        (".door", false), ("a b", false), ("a/b", false), ("Tür", false), ("caf\u{E9}", false),
        ("\u{E9}", false), ("é", false), ("a\u{0}", false), ("a\"b", false), ("１", false),
    ])
    func `a recording is called by ASCII letters, digits and three signs`(
        name: String, isWellFormed: Bool
    ) {
        #expect(RecordingName.isWellFormed(name) == isWellFormed)
    }

    @Test func `a name has at most a hundred octets`() {
        #expect(RecordingName.isWellFormed(String(repeating: "a", count: 100)))
        #expect(!RecordingName.isWellFormed(String(repeating: "a", count: 101)))
    }
}
