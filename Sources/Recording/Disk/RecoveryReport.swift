/// What a start has found in its folder, and made of it.
public struct RecoveryReport: Hashable, Sendable {
    /// Files that were whole, or could be made so.
    public internal(set) var files = 0
    /// Of these, the ones that a crash had left open.
    public internal(set) var mended = 0
    /// Octets cut off behind the last whole part.
    public internal(set) var cutBytes: UInt64 = 0
    /// Files without anything in them, deleted.
    public internal(set) var empty = 0
    /// Files that were left alone because their index says nothing.
    public internal(set) var unexplained: [String] = []
    /// Files that lack octets of more than two minutes before their end, which the disk has refused to take
    /// or to give: what is there of them stays.
    public internal(set) var damaged: [String] = []
    /// Recordings without any file, of which nothing but a note was there, deleted: they never began, or
    /// their files have been deleted since.
    public internal(set) var forgotten: [String] = []
    /// What the disk refused: to be tried by the next start.
    public internal(set) var refused: [StorageError] = []
    /// Whether the whole folder was gone through.
    public internal(set) var isComplete = false

    /// Whether a person should know of it: something had been left behind, or was refused.
    public var isNews: Bool {
        mended + empty + unexplained.count + refused.count + forgotten.count + damaged.count > 0
    }

    /// Whether there is anything to say: of what was stopped before its end, only what is told once.
    public var isTold: Bool { isComplete || !refused.isEmpty || !damaged.isEmpty }
}

extension RecoveryReport: CustomStringConvertible {
    /// One line for a log.
    public var description: String {
        var words: [String] =
            switch files {
            case 0: isComplete ? ["no recordings yet"] : []
            case 1: ["1 file is whole"]
            default: ["\(files) files are whole"]
            }
        if mended > 0 { words.append("a crash had left \(mended) of them open") }
        if cutBytes > 0 { words.append("\(cutBytes) octets behind their last parts are cut off") }
        if empty > 0 { words.append("\(empty) without anything in them are deleted") }
        if let first = unexplained.first {
            let more = unexplained.count > 1 ? " and \(unexplained.count - 1) more" : ""
            words.append("\(first)\(more) stay as they are, for want of a readable index")
        }
        if let first = damaged.first {
            let more = damaged.count > 1 ? " and \(damaged.count - 1) more" : ""
            words.append("in \(first)\(more) octets are missing that the disk has refused")
        }
        if !forgotten.isEmpty {
            let more = forgotten.count > 5 ? " and \(forgotten.count - 5) more" : ""
            let names = forgotten.prefix(5).joined(separator: ", ")
            words.append("of \(names)\(more) there was a note and no file: it is deleted")
        }
        if let first = refused.first {
            let more = refused.count > 1 ? " and \(refused.count - 1) more" : ""
            words.append("\(first)\(more): tried again at the next start")
        }
        return words.joined(separator: "; ")
    }
}
