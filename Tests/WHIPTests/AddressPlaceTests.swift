import Testing

@testable import Fetch

/// What a server that fails is called in a log.
@Suite struct AddressPlaceTests {
    struct Row: CustomTestStringConvertible {
        let url: String
        let place: String?
        var testDescription: String { url }
    }

    static let rows = [
        Row(url: "http://127.0.0.1:9/whip", place: "127.0.0.1:9/whip"),
        Row(url: "HTTP://Example.org/rooms/a/whep", place: "example.org:80/rooms/a/whep"),
        Row(url: "https://example.org", place: "example.org:443"),
        Row(url: "http://[::1]:3000/a", place: "[::1]:3000/a"),
        Row(url: "http://user:s3cret@127.0.0.1:9/a", place: "127.0.0.1:9/a"),
        Row(url: "http://127.0.0.1:9/a?token=s3cret", place: "127.0.0.1:9/a"),
        Row(url: "http://127.0.0.1:9?token=s3cret/a", place: "127.0.0.1:9"),
        Row(url: "http://127.0.0.1:9/a#s3cret", place: "127.0.0.1:9/a"),
        Row(
            url:
                "https://customer-a1b2.example.com/0f1e2d3c4b5a69788796a5b4c3d2e1f0k1/webRTC/publish",
            place: "customer-a1b2.example.com:443/…/webRTC/publish"),
        Row(url: "http://127.0.0.1:9/whep/Zk3vQ9s1T0uXbYc2LmNaPw", place: "127.0.0.1:9/whep/…"),
        Row(url: "http://127.0.0.1:9/live/s3cret/whip", place: "127.0.0.1:9/live/…/whip"),
        Row(url: "http://127.0.0.1:9/live/cam_1", place: "127.0.0.1:9/live/cam_1"),
        Row(
            url: "http://127.0.0.1:9/20261122/front-door", place: "127.0.0.1:9/20261122/front-door"),
        Row(url: "http://127.0.0.1:9/twelveOctets", place: "127.0.0.1:9/twelveOctets"),
        Row(url: "http://127.0.0.1:9/thirteenOctet", place: "127.0.0.1:9/…"),
        Row(url: "http://127.0.0.1:9/1234567890123", place: "127.0.0.1:9/…"),
        Row(url: "http://127.0.0.1:9/x-9-y-8", place: "127.0.0.1:9/…"),
        Row(url: "http://127.0.0.1:9/T%C3%BCr/a", place: "127.0.0.1:9/…/a"),
        Row(url: "rtsp://127.0.0.1/a", place: nil), Row(url: "nothing", place: nil),
    ]

    @Test(arguments: rows) func `it is host, port and path, and nothing that may be secret`(
        row: Row
    ) {
        #expect(HTTPCall.place(of: row.url) == row.place)
    }
}
