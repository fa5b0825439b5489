import Glibc
import Muxer
import Timing

// How a file ends: what the writing thread decides, and what comes of it.

extension DiskWork {
    /// Ends a file that the recording has finished.
    mutating func close(_ file: RecordingFile) {
        guard let open = files[ObjectIdentifier(file)] else { return file.closed(byteCount: 0) }
        guard !open.isEnding else { return }  // it failed, and is told closed when it is
        guard !isTooLate(file) else { return end(open, .left) }
        end(open, file.isTorn || open.dataCount == 0 ? .torn : .whole)
    }

    /// Whether so many ends wait that this one is left to the next start. One for each recording may
    /// wait in any case: many are cut at one moment.
    private func isTooLate(_ file: RecordingFile) -> Bool {
        guard !isOver, files.count > Self.endingLimit else { return false }
        let ending = files.values.filter(\.isEnding)
        return ending.count >= Self.endingLimit && ending.contains { $0.file.name == file.name }
    }

    /// Ends a file that the disk refuses to go on with.
    mutating func fail(_ file: RecordingFile, _ error: StorageError, at now: Instant) {
        guard let open = files[ObjectIdentifier(file)], !open.isEnding else { return }
        if !error.isOfOneFile { space.refused(error, at: now) }
        file.failed(error)
        end(open, .refused)
    }

    /// Closes what a refusal has left cut and open, now that the disk works again.
    mutating func finishRest() {
        for open in unfinished { leave(.end(open, .late)) }
        unfinished = []
    }

    /// Ends files that are no longer where they were made: somebody has deleted or moved them, and
    /// nobody would find what goes into them. One that was moved is whole.
    mutating func endLost() {
        for open in Array(files.values)
        where !open.isEnding && !storage.isThere(open.data, at: open.path) {
            open.file.failed(StorageError(path: open.path, code: ENOENT))
            end(open, .lost)
        }
    }

    /// A file has ended.
    mutating func ended(
        _ open: OpenFile, _ ending: DiskErrand.Ending, byteCount: UInt64, _ failure: StorageError?,
        at now: Instant
    ) {
        if ending != .late { files[ObjectIdentifier(open.file)] = nil }
        switch ending {
        case .whole, .torn:
            if let failure {
                space.refused(failure, at: now)
                open.file.failed(failure)
            } else if byteCount > 0, !open.isTaken, !open.file.isUnsure {
                space.accepted()
                open.file.taken()
            }
        case .refused:
            if failure == nil, open.wholeCount > 0, !open.file.isUnsure { keep(open) }
        case .left:
            space.refused()
            open.file.failed(StorageError(path: open.path, code: EBUSY))
        case .lost, .late:
            // Refused again, it is left for the next start.
            if let failure {
                space.refused()
                open.file.failed(failure)
            }
        }
        open.file.closed(byteCount: byteCount)
    }

    private mutating func end(_ open: OpenFile, _ ending: DiskErrand.Ending) {
        files[ObjectIdentifier(open.file)]?.isEnding = true
        leave(.end(open, ending))
    }

    /// A file waits, open and cut, for a disk that refused it.
    private mutating func keep(_ open: OpenFile) {
        guard !isOver, unfinished.count < Self.unfinishedLimit else {
            return leave(.end(open, .late))
        }
        unfinished.append(open)
    }

    private static let unfinishedLimit = 64
    /// Files that wait for their end, open.
    private static let endingLimit = 256
}
