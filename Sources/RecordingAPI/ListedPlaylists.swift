/// What has been told of playlists, by their names: of a thousand, then the one is forgotten that nobody
/// has asked for longest. Whoever asks for that again may find its segments under other numbers.
struct ListedPlaylists {
    /// What players have been told of one.
    struct Listed {
        /// Which number each segment has.
        var numbers = SegmentNumbers()
        /// Seconds: may not fall.
        var target = 0
        /// When it was last asked for.
        fileprivate var view = 0
    }

    private var listed: [String: Listed] = [:]

    /// Those that are remembered.
    var count: Int { listed.count }

    /// Looks at one, or changes what is told of it from now on.
    ///
    /// - Parameter view: Which question it is, counted as they come.
    mutating func update<T>(_ name: String, view: Int, _ body: (inout Listed) -> T) -> T {
        if listed.count >= Self.limit, listed[name] == nil,
            let longest = listed.min(by: { $0.value.view < $1.value.view })
        {
            listed[longest.key] = nil
        }
        return Self.update(&listed[name, default: Listed()], view, body)
    }

    private static func update<T>(
        _ listed: inout Listed, _ view: Int, _ body: (inout Listed) -> T
    ) -> T {
        listed.view = max(listed.view, view)
        return body(&listed)
    }

    static let limit = 1000
}
