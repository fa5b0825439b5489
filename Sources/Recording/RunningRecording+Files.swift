import Muxer
import Timing

// Its files, one after the other.

extension RunningRecording {
    func begin(_ container: Container) {
        endFile()
        let live = LiveIndex(container)
        progress.update { progress in
            // Its source is there again.
            if progress.state == .waiting { progress.lastFailure = nil }
            (progress.state, progress.files.container) = (.recording, container)
            progress.files.count += 1
            progress.files.isLastEmpty = true
        }
        let tell = state.withLock { state in
            (state.live, state.isTorn) = (live, false)
            defer { state.format = container }
            return state.format == container ? nil : state.tellNews
        }
        tell?(.format(container))
        let file = RecordingFile(
            in: folder, name: name, startSeconds: nextStart(), live: live, disk: disk, queue: queue
        ) { [weak self] in self?.follow($0, of: live) }
        state.withLock { $0.file = file }
    }

    /// When the next file begins, for its name: where the clock has been set back a second behind the
    /// newest, for files are played in the order of their names.
    private func nextStart() -> Int64 {
        let now = clock() / 1_000_000_000
        return state.withLock { state in
            let start = state.newestSeconds.map { now < $0 ? $0 + 1 : now } ?? now
            state.newestSeconds = start
            return start
        }
    }

    func endFile() {
        let ended = state.withLock { state in
            defer { state.file = nil }
            if let file = state.file { state.ending.append(file) }
            return state.file
        }
        guard let ended else { return }
        ended.end()
        // One that has failed was closed before it ended, and will not say so again.
        if ended.isClosed { state.withLock { $0.ending.removeAll { $0 === ended } } }
    }

    func append(_ chunk: FileChunk, _ statistics: RecordingStatistics) {
        let isTaken = state.withLock { $0.file }?.append(chunk) ?? false
        progress.count(statistics, at: .now())
        progress.update { progress in
            let now = Instant.now()
            progress.disk.wait(queue.count, at: now)
            guard isTaken else {
                progress.disk.unwrittenFrames += chunk.frames.frames
                return progress.disk.droppedBytes += UInt64(chunk.bytes.count)
            }
            progress.source.firstData = progress.source.firstData ?? now
        }
        if !isTaken {
            followDisk()
            beginAnother()
        }
    }
}
