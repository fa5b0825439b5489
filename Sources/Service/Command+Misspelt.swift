// Variables that nobody reads. Executables of one machine may share an environment, so what is no option of
// one is perhaps another's: what is nearly one of its own is not.

extension Command {
    /// A variable that is no option, and the one that it looks like.
    struct Misspelling: Equatable {
        var variable: String
        var meant: String
    }

    /// Those of these variables that are an option of this command but for a letter or two, by their names.
    func misspellings(in variables: some Sequence<String>) -> [Misspelling] {
        let known = options.map(\.variable)
        let unknown = variables.filter {
            $0.hasPrefix(Option.variablePrefix) && !known.contains($0)
        }
        return unknown.sorted().compactMap { variable in
            let nearest = options.filter(\.isInherited).map { option in
                (option, Self.distance(variable.utf8, option.variable.utf8))
            }.min { $0.1 < $1.1 }
            guard let (option, distance) = nearest,
                distance <= (option.name.utf8.count > Self.shortName ? 2 : 1)
            else { return nil }
            return Misspelling(variable: variable, meant: option.variable)
        }
    }

    /// What the log says of them; `nil` where there is none.
    func warning(ofVariables variables: some Sequence<String>) -> String? {
        let found = misspellings(in: variables).map { "\($0.variable) (\($0.meant)?)" }
        guard !found.isEmpty else { return nil }
        return "variables that are no option are passed over: " + found.joined(separator: ", ")
    }

    /// How many letters have to be changed, added or taken away.
    private static func distance(_ one: String.UTF8View, _ other: String.UTF8View) -> Int {
        var row = Array(0...other.count)
        for (line, letter) in one.enumerated() {
            var above = row[0]
            row[0] = line + 1
            for (column, wanted) in other.enumerated() {
                let changed = above + (letter == wanted ? 0 : 1)
                above = row[column + 1]
                row[column + 1] = min(changed, above + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }

    /// Of such a name two letters are half: `rtc` and `http` are no misspellings of one another.
    private static let shortName = 4
}
