import Testing
import Web

private struct Codec: Codable, Equatable {
    let mimeType: String
    let clockRate: Int
}

private struct Offer: Codable, Equatable {
    let name: String
    let codecs: [Codec]
    let paused: Bool?
}

@Suite struct JSONTests {
    private func error(_ text: String) -> JSONError? {
        do {
            let _: Offer = try decodeJSON(from: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func `reads what it wrote, and passes over what it does not know`() throws {
        let codec = Codec(mimeType: "video/VP8", clockRate: 90_000)
        let offer = Offer(name: "a/ü", codecs: [codec], paused: nil)
        #expect(try decodeJSON(Offer.self, from: encodeJSON(offer)) == offer)
        let text =
            "{\"codecs\":[{\"clockRate\":90000,\"mimeType\":\"video/VP8\"}],\"name\":\"a/ü\"}"
        #expect(encodeJSON(offer) == Array(text.utf8))
        #expect(error("{\"name\":\"x\",\"codecs\":[],\"more\":1}") == nil)
    }

    @Test func `names the field that is wrong`() {
        #expect(error("{\"codecs\":[]}") == .missing(field: "name"))
        #expect(error("{\"name\":null,\"codecs\":[]}")?.description.hasPrefix("name ") == true)
        #expect(
            error("{\"name\":1,\"codecs\":[]}") == .wrongType(field: "name", expected: "a string")
        )
        #expect(
            error("{\"name\":\"x\",\"codecs\":[{\"mimeType\":\"v\",\"clockRate\":\"9\"}]}")
                == .wrongType(field: "codecs[0].clockRate", expected: "a whole number")
        )
        #expect(
            error("{\"name\":\"x\",\"codecs\":{}}")
                == .wrongType(field: "codecs", expected: "an array")
        )
        #expect(error("[]") == .wrongType(field: "the body", expected: "an object"))
        #expect(
            error("{\"name\":\"x\",\"codecs\":[],\"paused\":3}")
                == .wrongType(field: "paused", expected: "true or false")
        )
        #expect(JSONError.missing(field: "name").description == "name is missing")
    }

    @Test func `a body cut anywhere is malformed`() {
        let whole = encodeJSON(Offer(name: "x", codecs: [], paused: true))
        for count in whole.indices {
            let text = String(decoding: whole.prefix(count), as: UTF8.self)
            #expect(error(text) == .malformed, "cut after \(count)")
        }
    }
}
