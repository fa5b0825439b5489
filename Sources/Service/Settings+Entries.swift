// Lists in settings, whose objects are settings of their own.

extension Settings {
    /// What the keys of a list's objects mean: options of the command, by their names.
    public struct EntryKeys: Sendable {
        /// What each object has to say. `name` tells objects apart, where it is one of these.
        public var required: [String]
        /// What an object may say, and is otherwise as it is for all.
        public var inherited: [String]
        /// What an object may say of itself, and is otherwise not said.
        public var own: [String]

        /// Keys of these three kinds.
        public init(required: [String], inherited: [String] = [], own: [String] = []) {
            (self.required, self.inherited, self.own) = (required, inherited, own)
        }

        fileprivate var all: [String] { required + inherited + own }
    }

    /// The objects of a list, in its order, each as settings by the command's own options.
    ///
    /// - Parameters:
    ///   - list: The option that the list is the value of.
    ///   - noun: What one of its objects is, for complaints.
    ///   - options: What the command understands.
    ///   - keys: What an object may say.
    /// - Throws: What is wrong, and where.
    public func entries(
        of list: String, each noun: String, _ options: [Option], _ keys: EntryKeys
    ) throws(SettingsComplaint) -> [Settings] {
        guard let text = self[list] else { return [] }
        let objects = ConfigurationFile.objects(text)
        guard !objects.isEmpty else { throw SettingsComplaint("the list of \(list) is empty") }
        var (entries, places): ([Settings], [String: Int]) = ([], [:])
        for (index, object) in objects.enumerated() {
            let name = object["name"]?.scalar.map { $0.isEmpty ? "" : ", \"\($0)\"" } ?? ""
            let place = "\(noun) \(index + 1) of the list\(name)"
            let entry = try entry(object, at: place, options, keys)
            if let name = entry["name"], let other = places.updateValue(index + 1, forKey: name) {
                throw SettingsComplaint("\(place): \(noun) \(other) has the same name")
            }
            entries.append(entry)
        }
        return entries
    }

    private func entry(
        _ object: [String: JSONValue], at place: String, _ options: [Option], _ keys: EntryKeys
    ) throws(SettingsComplaint) -> Settings {
        let known = keys.all
        if let key = object.keys.sorted().first(where: { !known.contains($0) }) {
            throw SettingsComplaint("\(place): unknown key \(SettingsError.told(key))")
        }
        var entry = Settings()
        for option in options where known.contains(option.name) {
            if keys.inherited.contains(option.name) {
                entry.values[option.name] = values[option.name]
            }
            guard let said = object[option.name] else { continue }
            guard let text = said.text(for: option) else {
                throw SettingsComplaint(
                    "\(place): \(option.name) \(option.requirement), not \(said.kind)")
            }
            if text.isEmpty, option.value == .text { continue }  // says nothing
            if let complaint = option.complaint(about: text) {
                let value = option.mayBeSecret ? "" : ", not \"\(text)\""
                throw SettingsComplaint("\(place): \(option.name) \(complaint)\(value)")
            }
            entry.values[option.name] = [text]
        }
        if let missing = keys.required.first(where: { entry[$0] == nil }) {
            throw SettingsComplaint("\(place) has no \(missing)")
        }
        try entry.requireCompanions(of: object.keys.sorted(), at: place, options)
        return entry
    }

    private func requireCompanions(
        of keys: [String], at place: String, _ options: [Option]
    ) throws(SettingsComplaint) {
        for option in options where keys.contains(option.name) && self[option.name] != "false" {
            if let companion = option.companion, self[companion] == nil {
                throw SettingsComplaint("\(place): \(option.name) needs \(companion)")
            }
        }
    }
}
