/// A file with settings in JSON, by its name: an object of them, or a list of such objects.
struct ConfigurationFile {
    let path: String
    let root: JSONValue

    /// - Throws: `malformedJSON`.
    init(_ path: String, _ octets: [UInt8]) throws(SettingsError) {
        self.path = path
        do throws(JSONFlaw) { root = try JSONReader.read(octets) } catch {
            throw .malformedJSON(file: path, line: error.line, reason: error.reason)
        }
    }

    /// A file that this one names: where its name is relative, it lies beside this one.
    func beside(_ name: String) -> String {
        guard !name.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return name }
        return path[...slash] + name
    }

    /// The JSON of the list that the file is.
    func list() throws(SettingsError) -> String {
        guard let list = try list(root) else { throw .malformedList(path) }
        return list
    }

    /// The JSON of a list of objects that the file is, or that stands in its object; `nil` of what is no
    /// list.
    func list(_ value: JSONValue) throws(SettingsError) -> String? {
        guard case .list(let elements, let json?) = value else { return nil }
        for (index, element) in elements.enumerated() {
            guard case .object = element else {
                throw .malformedElement(file: path, number: index + 1, kind: element.kind)
            }
        }
        return json
    }

    /// The objects of a list that was found so.
    static func objects(_ list: String) -> [[String: JSONValue]] {
        guard case .list(let elements, _)? = try? JSONReader.read(Array(list.utf8)) else {
            return []
        }
        return elements.compactMap { element in
            guard case .object(let members) = element else { return nil }
            return members
        }
    }
}
