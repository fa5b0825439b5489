import Codecs
import Testing
import Wire

@Suite struct H264Tests {
    struct Example: CustomTestStringConvertible {
        var testDescription: String
        var payload: [UInt8]
        var isKeyframe: Bool
    }

    static let examples = [  // RFC 6184 §5.6, §5.7.1, §5.8
        Example(testDescription: "SPS alone", payload: [0x67, 0x42], isKeyframe: true),
        Example(testDescription: "PPS alone", payload: [0x68, 0xCE], isKeyframe: false),
        Example(testDescription: "IDR's first slice", payload: [0x65, 0x88], isKeyframe: true),
        Example(testDescription: "IDR's later slice", payload: [0x65, 0x40], isKeyframe: false),
        Example(
            testDescription: "slice of another picture",
            payload: [0x41, 0x9A],
            isKeyframe: false
        ),
        Example(
            testDescription: "STAP-A of SPS, PPS",
            payload: [0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68],
            isKeyframe: true
        ),
        Example(
            testDescription: "STAP-A of AUD, IDR",
            payload: [0x78, 0, 1, 0x09, 0, 2, 0x65, 0x88],
            isKeyframe: true
        ),
        Example(
            testDescription: "STAP-A of two slices",
            payload: [0x78, 0, 2, 0x41, 0x9A, 0, 2, 0x41, 0x40],
            isKeyframe: false
        ),
        Example(
            testDescription: "STAP-A with a length beyond its end",
            payload: [0x78, 0, 9, 0x67, 0x42],
            isKeyframe: false
        ),
        Example(
            testDescription: "STAP-A with an empty unit",
            payload: [0x78, 0, 0, 0, 1, 0x67],
            isKeyframe: false
        ),
        Example(
            testDescription: "FU-A, IDR begins",
            payload: [0x7C, 0x85, 0x88],
            isKeyframe: true
        ),
        Example(
            testDescription: "FU-A, IDR goes on",
            payload: [0x7C, 0x05, 0x88],
            isKeyframe: false
        ),
        Example(
            testDescription: "FU-A, slice begins",
            payload: [0x5C, 0x81, 0x88],
            isKeyframe: false
        ),
        Example(testDescription: "one octet", payload: [0x67], isKeyframe: false),
    ]

    @Test(arguments: examples) func `finds key frames in every packing`(example: Example) {
        let isKeyframe = Codec.h264.isKeyframe(payload: example.payload.span.bytes)
        #expect(isKeyframe == example.isKeyframe)
        for count in 0..<min(example.payload.count, 2) {
            let cut = Array(example.payload.prefix(count))
            let isKeyframeCut = Codec.h264.isKeyframe(payload: cut.span.bytes)
            #expect(!isKeyframeCut)
        }
    }

    @Test func `tells the packings apart`() throws {
        let fragment: [UInt8] = [0x7C, 0x45]
        let payload = try H264Payload(parsing: fragment.span.bytes)
        #expect(payload.structure == .fragment(isFirst: false, isLast: true))
        #expect(payload.unitType == 5)
        let aggregate: [UInt8] = [0x78, 0, 2, 0x67, 0x42]
        #expect(try H264Payload(parsing: aggregate.span.bytes).structure == .aggregate)
        for type in [0, 25, 26, 27, 29, 30, 31] as [UInt8] {
            let bytes = [0x60 | type, 0, 0, 0]
            #expect(throws: ParseError.invalid(field: "NAL unit type", at: 0)) {
                try H264Payload(parsing: bytes.span.bytes)
            }
        }
    }

    struct ProfileExample: CustomTestStringConvertible {
        var testDescription: String
        var profile: H264ProfileLevelID.Profile?
        var level: UInt8 = 31
    }

    static let profiles = [  // RFC 6184 §8.1, table 5
        ProfileExample(testDescription: "42e01f", profile: .constrainedBaseline),
        ProfileExample(testDescription: "42C01F", profile: .constrainedBaseline),
        ProfileExample(testDescription: "4d801f", profile: .constrainedBaseline),
        ProfileExample(testDescription: "58c01f", profile: .constrainedBaseline),
        ProfileExample(testDescription: "42001f", profile: .baseline),
        ProfileExample(testDescription: "58a01f", profile: .baseline),
        ProfileExample(testDescription: "4d001f", profile: .main),
        ProfileExample(testDescription: "4d401f", profile: .main),
        ProfileExample(testDescription: "58001f", profile: .extended),
        ProfileExample(testDescription: "64001f", profile: .high),
        ProfileExample(testDescription: "640c1f", profile: .constrainedHigh),
        ProfileExample(testDescription: "42f00b", profile: .constrainedBaseline, level: 9),
        ProfileExample(testDescription: "42e00b", profile: .constrainedBaseline, level: 11),
        ProfileExample(testDescription: "7a001f", profile: nil),
        ProfileExample(testDescription: "42e01", profile: nil),
        ProfileExample(testDescription: "+42e01", profile: nil),
        ProfileExample(testDescription: "42e01g", profile: nil),
        ProfileExample(testDescription: "", profile: nil),
    ]

    @Test(arguments: profiles) func `knows a profile by any of its patterns`(
        example: ProfileExample
    ) throws {
        let id = H264ProfileLevelID(example.testDescription)
        #expect(id?.profile == example.profile)
        guard let id else { return }
        #expect(id.level == example.level)
        #expect(id.description == example.testDescription.lowercased())
    }

    @Test func `level 1b's bit means nothing at another level`() throws {
        let marked = try #require(H264ProfileLevelID("42101F"))
        #expect(marked == H264ProfileLevelID("42001f"))
        #expect(H264ProfileLevelID(marked.description) == marked)
    }

    @Test func `without asymmetry an answer takes the lower level`() throws {
        let ours = try #require(
            H264Parameters("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f")
        )
        let low = try #require(
            H264Parameters("profile-level-id=42f00b; packetization-mode=1")
        )
        #expect(ours.answer(to: low)?.profileLevelID.description == "42f00b")
        #expect(low.answer(to: ours)?.profileLevelID.description == "42f00b")
        let ten = try #require(H264Parameters("profile-level-id=42e00a;packetization-mode=1"))
        #expect(ten.answer(to: low)?.profileLevelID.description == "42e00a")
        let asymmetric = try #require(
            H264Parameters("packetization-mode=1;profile-level-id=42c00d;level-asymmetry-allowed=1")
        )
        #expect(ours.answer(to: asymmetric) == ours)
        #expect(H264Parameters(ours.description) == ours)
    }

    @Test func `another profile or packing is another format`() throws {
        let ours = try #require(H264Parameters("packetization-mode=1;profile-level-id=42e01f"))
        for other in [
            "packetization-mode=0;profile-level-id=42e01f", "profile-level-id=42e01f",
            "packetization-mode=1;profile-level-id=42001f", "packetization-mode=1",
        ] {
            let offer = try #require(H264Parameters(other))
            #expect(ours.answer(to: offer) == nil)
        }
        #expect(H264Parameters("packetization-mode=3") == nil)
        #expect(H264Parameters("profile-level-id=xyz") == nil)
    }
}
