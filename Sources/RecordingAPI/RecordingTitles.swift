/// What callers have said of recordings: kept as long as the process lives.
actor RecordingTitles {
    struct Title: Sendable {
        var room: String
        var title: String?
        var description: String?
    }

    private var titles: [String: Title] = [:]

    func title(of name: String) -> Title? { titles[name] }

    func keep(_ title: Title, of name: String) {
        if titles.count >= Self.limit { titles.removeAll() }
        titles[name] = title
    }

    func forget(_ name: String) { titles[name] = nil }

    private static let limit = 10_000
}
