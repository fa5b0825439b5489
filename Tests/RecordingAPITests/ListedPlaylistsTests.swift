import Testing

@testable import RecordingAPI

/// What has been told of playlists.
@Suite struct ListedPlaylistsTests {
    @Test func `beyond the bound the one nobody asks for is forgotten, and no live player's`() {
        var listed = ListedPlaylists()
        var view = 0
        func ask(_ name: String) -> Int {
            view += 1
            return listed.update(name, view: view) { listed in
                defer { listed.target = max(listed.target, 7) }
                return listed.target
            }
        }
        for number in 0..<ListedPlaylists.limit { #expect(ask("cam\(number)") == 0) }
        #expect(ask("cam0") == 7)
        for number in 0..<10 {
            #expect(ask("more\(number)") == 0)
            #expect(ask("cam0") == 7, "it is asked for all the time")
        }
        #expect(listed.count == ListedPlaylists.limit)
        #expect(ask("cam500") == 7 && ask("cam1") == 0)
    }
}
