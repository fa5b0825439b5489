import Muxer
import Reactor
import Timing

// What becomes of a recording's files, told by the disk's thread, and what the engine is told of it.

extension RunningRecording {
    func follow(_ event: RecordingFile.Event, of live: LiveIndex) {
        switch event {
        case .opened(let path):
            let tell = state.withLock { state in
                defer { state.hasOpened = true }
                return state.hasOpened ? nil : state.tellNews
            }
            progress.update { progress in
                (progress.files.path, progress.files.isUnmade) = (path, false)
                if progress.files.firstPath.isEmpty { progress.files.firstPath = path }
            }
            tell?(.began(path: path))
        case .taken:
            let wasRefused = state.withLock { state in
                defer { (state.refusal.lasts, state.refusal.isTold) = (false, false) }
                return state.refusal.lasts
            }
            if wasRefused {
                report(.notice("recording goes on in \(progress.snapshot.files.path)"))
            }
        case .written(let chunk):
            wrote(chunk, of: live)
            followQueue()
        case .dropped(let frames):
            progress.update { progress in
                progress.disk.unwrittenFrames += frames.frames
                progress.disk.wait(queue.count, at: .now())
            }
            followQueue()
        case .failed(let error): failed(error, of: live)
        case .closed(let byteCount):
            closed(live, byteCount)
            followDisk()
        }
    }

    /// The disk has taken octets: now they are written, and not before.
    private func wrote(_ chunk: FileChunk, of live: LiveIndex) {
        let byteCount = UInt64(chunk.bytes.count)
        state.withLock { $0.growth[ObjectIdentifier(live), default: 0] += byteCount }
        let now = Instant.now()
        progress.update { progress in
            progress.disk.writtenBytes += byteCount
            progress.files.byteCount += byteCount
            for part in chunk.parts {
                progress.files.recorded = progress.files.recorded + part.duration
            }
            progress.disk.written.add(chunk.frames)
            (progress.disk.lastWritten, progress.files.isLastEmpty) = (now, false)
            progress.disk.wait(queue.count, at: now, isTaking: true)
        }
    }

    /// A file is whole: cut after its last part, or longer by what its closing has added.
    private func closed(_ live: LiveIndex, _ byteCount: UInt64) {
        let written = state.withLock { state in
            if state.ending.contains(where: { $0.live === live && !$0.isTorn }) {
                state.refusal.isEndTold = false
            }
            state.ending.removeAll { $0.live === live }
            return state.growth.removeValue(forKey: ObjectIdentifier(live)) ?? 0
        }
        progress.update { $0.files.byteCount = $0.files.byteCount - written + byteCount }
    }

    /// What has waited for the disk waits no longer.
    private func followQueue() {
        if !queue.isOver, state.withLock({ $0.intake == .nothing }) { followDisk() }
    }

    /// A disk that refuses is told once, and again only after it has worked. What becomes of a file that
    /// has ended says nothing of the present one.
    private func failed(_ error: StorageError, of live: LiveIndex) {
        let (isFirst, isNews, isPresent) = state.withLock { state in
            guard state.isPresent(live) else {
                defer { state.refusal.isEndTold = true }
                return (false, !state.refusal.lasts && !state.refusal.isEndTold, false)
            }
            defer { state.refusal.lasts = true }
            return (!state.hasOpened, !state.refusal.lasts, true)
        }
        progress.update { progress in
            progress.lastFailure = error.description
            if isFirst { progress.files.isUnmade = true }
        }
        if isNews { report(isFirst ? .unmade(error.description) : .trouble(error.description)) }
        if isPresent, !isFirst { beginAnother() }
    }

    /// The present file takes no more, for something is missing in its middle: it ends with its last
    /// whole part, and the next key frame begins another. Told once for each file.
    func beginAnother() {
        let (isTorn, isNews) = state.withLock { state in
            // With nothing to be written the engine has ended the file already.
            guard !state.isTorn else { return (false, false) }
            state.isTorn = true
            guard state.intake != .nothing else { return (true, false) }
            state.control?(.nothing)
            state.control?(state.intake)
            return (true, !state.refusal.lasts)
        }
        if isTorn { progress.update { $0.files.tornCount += 1 } }
        guard isNews else { return }
        report(
            .trouble("the disk is too slow: the file ends here, the next key frame begins another"))
    }

    /// Tells the engine what may be written now, when that has changed.
    func followDisk() {
        // Looked at and told under the lock, so that of two threads the later one has the last word.
        let (condition, intake, isNews, isTold) = state.withLock { state in
            let condition = disk.condition.snapshot
            let intake = queue.isOver ? .nothing : condition.intake
            guard state.intake != intake else { return (condition, intake, false, false) }
            state.intake = intake
            state.control?(intake)
            return (condition, intake, true, state.isTold(intake))
        }
        guard isNews else { return }
        progress.update { progress in
            progress.disk.intake = intake
            if intake == .nothing { progress.lastFailure = reason(condition) }
        }
        guard !isTold else { return }
        switch intake {
        case .everything: report(.notice("all is recorded again"))
        case .keyframes:
            report(.trouble("the disk is nearly full: key frames alone are recorded"))
        case .nothing where queue.isOver:
            report(.trouble("the disk is too slow: nothing is recorded until it has caught up"))
        case .nothing:
            guard let failure = condition.failure, !condition.isFull else {
                return report(.trouble("nothing is recorded until there is room on the disk"))
            }
            report(.trouble("nothing is recorded until the disk takes it again: \(failure)"))
        }
    }

    /// Why nothing may be written.
    private func reason(_ condition: DiskCondition.Snapshot) -> String {
        if queue.isOver { return "the disk is too slow" }
        return condition.failure ?? "there is no room on the disk"
    }
}

extension RunningRecording.State {
    /// Whether a file is the one that is written, and has not ended.
    fileprivate func isPresent(_ live: LiveIndex) -> Bool {
        self.live === live && !ending.contains { $0.live === live }
    }

    /// Whether an intake is told of otherwise: a disk that goes on refusing is tried again and again,
    /// and what ends that is the file that it takes. Notes what is told now.
    fileprivate mutating func isTold(_ intake: RecordingIntake) -> Bool {
        switch intake {
        case .everything:
            if !refusal.lasts { refusal.isTold = false }
            return refusal.lasts
        case .keyframes: return false
        case .nothing:
            // What was never there has been told as such.
            defer { refusal.isTold = true }
            return refusal.isTold || refusal.lasts && !hasOpened
        }
    }
}
