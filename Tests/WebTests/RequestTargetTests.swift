import Testing

@testable import Web

@Suite struct RequestTargetTests {
    @Test(arguments: [
        "/", "/rooms/demo", "/rooms/Stube 3/whip", "/räume/ü", "/a%2e%2e/b", "/...", "/.x",
    ])
    func `takes an absolute path as it is`(path: String) {
        #expect(RequestTarget.path(Array(path.utf8)) == path)
    }

    @Test(arguments: [
        "", "rooms", "/..", "/../etc", "/rooms/../x", "/.", "/a/./b", "/a\\b", "/a\nb",
        "/a\u{7F}",
    ])
    func `refuses a path that climbs or hides something`(path: String) {
        #expect(RequestTarget.path(Array(path.utf8)) == nil)
    }

    @Test(arguments: [
        [0x2F, 0xFF], [0x2F, 0xC0, 0xAE, 0xC0, 0xAE], [0x2F, 0xED, 0xA0, 0x80], [0x2F, 0],
    ])
    func `refuses a path that is not UTF-8, or holds a NUL`(bytes: [UInt8]) {
        #expect(RequestTarget.path(bytes) == nil)
    }

    @Test func `no single octet, anywhere in a path, traps or climbs`() {
        for octet in UInt8.min...UInt8.max {
            let path = RequestTarget.path([0x2F, octet, 0x2F, octet])
            #expect(path?.split(separator: "/").contains("..") != true)
        }
    }

    @Test func `splits the query's pieces at their first equals sign`() throws {
        let pairs = try #require(RequestTarget.query(Array("wait=5\0a=b=c\0flag\0\0=x\0".utf8)))
        #expect(pairs.map(\.name) == ["wait", "a", "flag", ""])
        #expect(pairs.map(\.value) == ["5", "b=c", "", "x"])
    }

    @Test func `refuses a query that is not UTF-8`() {
        #expect(RequestTarget.query([0x61, 0x3D, 0xFF, 0]) == nil)
        #expect(RequestTarget.query([0xFF, 0x3D, 0x61, 0]) == nil)
    }

    @Test func `an empty query has no pairs`() {
        #expect(RequestTarget.query([])?.isEmpty == true)
    }
}
