/// The events one reader has not been sent yet: bounded, and honest about what it lost.
///
/// When it is full the oldest event goes: a reader that falls behind wants to know how things are,
/// not how they were. The next batch then begins with an event named `overflow` that says how many
/// are missing.
struct EventBuffer {
    private var frames: [String] = []
    private var first = 0  // index of the oldest frame kept
    private var droppedCount = 0
    private let limit: Int
    private(set) var isFinished = false

    init(limit: Int) { self.limit = max(1, limit) }

    var isEmpty: Bool { first == frames.count }

    /// Takes one event in; after `finish` it is ignored.
    mutating func push(_ event: ServerSentEvent) {
        guard !isFinished else { return }
        if frames.count - first == limit {
            first += 1
            droppedCount += 1
        }
        frames.append(event.frame)
        if first > limit {
            frames.removeFirst(first)
            first = 0
        }
    }

    /// No more will come; what is kept still goes out.
    mutating func finish() { isFinished = true }

    /// The next bytes for the reader: whole events, `byteLimit` or one event, whichever is more.
    mutating func take(byteLimit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        if droppedCount > 0, !isEmpty {
            let notice = ServerSentEvent("{\"dropped\":\(droppedCount)}", name: "overflow")
            bytes += notice.frame.utf8
            droppedCount = 0
        }
        while first < frames.count, bytes.isEmpty || bytes.count < byteLimit {
            bytes += frames[first].utf8
            first += 1
        }
        if isEmpty {
            frames.removeAll(keepingCapacity: true)
            first = 0
        }
        return bytes
    }
}
