// What is being written, for those who read.

extension Recordings {
    /// The files that are written now or are being closed, by name.
    func growingFiles() -> [String: LiveIndex] {
        var growing: [String: LiveIndex] = [:]
        for live in writing.flatMap(\.growing) {
            guard let path = live.place.path else { continue }
            growing[String(path.drop(through: "/"))] = live
        }
        return growing
    }
}

extension String {
    /// What stands behind the last `separator`; all of it where there is none.
    fileprivate func drop(through separator: Character) -> Substring {
        lastIndex(of: separator).map { self[index(after: $0)...] } ?? self[...]
    }
}
