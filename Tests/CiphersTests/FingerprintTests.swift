import Testing

@testable import Ciphers

@Suite struct FingerprintTests {
    @Test func `a certificate's fingerprint survives SDP`() throws {
        let fingerprint = try Certificate().fingerprint
        #expect(fingerprint.algorithm == "sha-256")
        #expect(fingerprint.value.count == 32)
        #expect(fingerprint.text.utf8.count == 95)
        #expect(Fingerprint(attribute: fingerprint.attribute) == fingerprint)
        #expect(
            Fingerprint(algorithm: "SHA-256", text: fingerprint.text.lowercased()) == fingerprint
        )
    }

    @Test func `two certificates differ`() throws {
        #expect(try Certificate().fingerprint != Certificate().fingerprint)
    }

    @Test(arguments: [
        "", "sha-256", "sha-256 ", "sha-256 AB", "sha-1 AB:CD", "md5 AB", "sha-1 +B:+C",
        "sha-1 " + Array(repeating: "AB", count: 21).joined(separator: ":"),
        "sha-1 " + Array(repeating: "G0", count: 20).joined(separator: ":"),
        "sha-1 " + Array(repeating: "AB", count: 20).joined(separator: "::"),
        "sha-1 " + Array(repeating: "+B", count: 20).joined(separator: ":"),
    ]) func `what is no fingerprint is refused`(attribute: String) {
        #expect(Fingerprint(attribute: attribute) == nil)
    }

    @Test func `only the strongest hash function offered counts`() throws {
        let weak = try #require(
            Fingerprint(
                algorithm: "sha-1",
                text: Array(repeating: "00", count: 20).joined(separator: ":")
            )
        )
        let strong = try Certificate().fingerprint
        #expect(HashFunction.strongest(of: [weak, strong]) == [strong])
        #expect(HashFunction.strongest(of: [weak]) == [weak])
        #expect(HashFunction.strongest(of: []).isEmpty)
    }
}
