import Testing
import Wire

/// What may be said of an address: nothing that may be a secret.
@Suite struct ToldAddressTests {
    @Test(arguments: [
        ("rtsp://user:s3cret@cam:554/live", "rtsp://cam:554/…"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("http://user:s3c?ret@h/", "http://…"), ("rtsp://admin:12#34@cam/live", "rtsp://…"),
        ("http://h/live?key=ab@s3cret", "http://h/…"), ("http://user:s3cr?et", "http://user:…"),
        ("user:s3cret@h/live", "h/…"), ("10.0.0.5:554/password=s3cret", "10.0.0.5:554/…"),
        ("h/p=s3cret&next=http://x", "h/…"), ("admin:s3cret", "admin:…"), ("http:/demo", "http:/…"),
        ("http://h?s3cret", "http://h/…"), ("//u:s3cret@h/x", "h/…"), ("", ""), ("cam", "cam"),
    ]) func `scheme, host and port are told, and neither user nor path nor query`(
        address: String, told: String
    ) { #expect(toldAddress(address) == told) }

    @Test func `of no cut is more told than of the whole`() {
        let address = "rtsp://user:s3cret@cam:554/s3cret?s3cret"
        for count in 0...address.count {
            #expect(!toldAddress(String(address.prefix(count))).contains("s3cret"))
        }
    }
}
