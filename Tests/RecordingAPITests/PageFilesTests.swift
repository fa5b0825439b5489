import Testing

@testable import RecordingAPI

/// The page of recordings, as a browser gets it.
@Suite struct PageFilesTests {
    @Test func `a browser takes a file for what it is, and tells nobody its address`() throws {
        #expect(pageFiles.count > 5)
        for (path, response) in pageFiles {
            let headers = Dictionary(response.headers.map { ($0.name, $0.value) }) { $1 }
            #expect(headers["x-content-type-options"] == "nosniff", "\(path)")
            #expect(headers["cache-control"] == "no-cache")
            #expect(headers["referrer-policy"] == "no-referrer")
            #expect(headers["content-type"]?.isEmpty == false)
        }
    }
}
