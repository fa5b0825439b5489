import Testing

@testable import Recording

/// In which order a disk's errands are done.
@Suite struct ErrandLineTests {
    /// What is urgent is called `a`, `b` …, what is not `-`.
    private static func name(_ errand: DiskErrand?) -> String {
        switch errand {
        case .name(_, let folder): folder
        case .tell: "-"
        case .sync, .end, nil: "?"
        }
    }

    private static func order(_ names: [String]) -> [String] {
        var line = ErrandLine()
        for name in names { line.append(name == "-" ? .tell {} : .name([], folder: name)) }
        return names.map { _ in Self.name(line.popFirst()) }
    }

    @Test func `what is urgent goes before what is not, but for one behind each`() {
        #expect(Self.order(["-", "-", "-", "a", "b"]) == ["a", "-", "b", "-", "-"])
    }

    @Test
    func `nothing goes before what is urgent and was left earlier: a file's sync before its end`() {
        #expect(Self.order(["a", "b", "-", "c"]) == ["a", "b", "-", "c"])
        #expect(Self.order(["a", "-", "b", "-"]) == ["a", "-", "b", "-"])
    }

    @Test func `a disk that is never done with syncs ends files all the same`() {
        var line = ErrandLine()
        for folder in ["a", "b", "c"] { line.append(.name([], folder: folder)) }
        for _ in 0..<2 { line.append(.tell {}) }
        let done = (0..<8).map { _ in
            let errand = line.popFirst()
            if let errand, errand.isUrgent { line.append(errand) }  // due again at once
            return Self.name(errand)
        }
        #expect(done == ["a", "b", "c", "-", "a", "-", "b", "c"])
        #expect(!line.isEmpty)
    }
}
