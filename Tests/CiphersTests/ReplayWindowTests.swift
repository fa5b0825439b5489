import Testing

@testable import Ciphers

@Suite struct ReplayWindowTests {
    @Test func `a second copy is refused`() {
        var window = ReplayWindow()
        #expect(!window.refuses(7))
        window.insert(7)
        #expect(window.refuses(7))
    }
}
