import Testing
import Web

/// Why a server did not start, for the process that can do nothing without it.
@Suite struct WebServerErrorTests {
    static let errors: [(WebServerError, status: Int32)] = [  // sysexits.h
        (.portInUse(host: "127.0.0.1", port: 80), 69), (.noSuchAddress("192.0.2.1"), 69),
        (.cannotListen(host: "127.0.0.1", port: 80, code: 22), 69), (.noResources, 69),
        (.notPermitted(host: "127.0.0.1", port: 80), 77), (.unreadableFile("/cert.pem"), 66),
        (.unusableCertificate(certificate: "/cert.pem", key: "/key.pem"), 66),
    ]

    @Test(arguments: errors) func `a refusal ends every process with the same code`(
        error: WebServerError, status: Int32
    ) {
        #expect(error.exitStatus == status)
        #expect(!error.description.isEmpty && !error.description.contains("\n"))
    }
}
