import Recording
public import Web

// What a call is about, for a host who asks whether the caller may make it.

extension RecordingEndpoints {
    /// Whether it asks for nothing but a file of the page: these say nothing of any recording.
    public func isPage(_ request: HTTPRequest) -> Bool {
        request.isReading && page(request) != nil
    }

    /// The one recording that a call reads: its playlist and what that lists, its files, what is told of
    /// it; `nil` where it changes something, or is about more than one.
    public func recording(readBy request: HTTPRequest) -> String? {
        guard request.isReading else { return nil }
        let path = request.segments.map(String.init)
        switch (path.first, path.count) {
        case ("recordings", 2): return RecordingCatalog.recording(ofFile: path[1])
        case ("hls", 3): return path[2] == "index.m3u8" ? path[1] : nil
        // What is asked for here is the file's, whatever name stands before it.
        case ("hls", 4): return RecordingCatalog.recording(ofFile: path[2])
        case ("api", 4...) where path.starts(with: ["api", "v1", "recordings"]): return path[3]
        default: return nil
        }
    }

    /// What the file is a recording of whose playlist is asked for by its name without the ending; `nil`
    /// for any other call, where a recording has that very name, and where nobody can tell now.
    ///
    /// It looks into the folder: a host asks it for callers whose token is good, and for another recording.
    public func recording(ofFileReadBy request: HTTPRequest) async -> String? {
        let path = request.segments.map(String.init)
        guard request.isReading, path.count == 3, path[0] == "hls", path[2] == "index.m3u8",
            await recordings.status(path[1]) == nil,
            let own = try? await playlists.catalog.entries(of: path[1]), own.isEmpty
        else { return nil }
        return (try? await playlists.catalog.entries(stem: path[1]))?.first?.name
    }
}
