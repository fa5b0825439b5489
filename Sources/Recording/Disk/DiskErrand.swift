import Glibc
import Muxer

/// What a disk takes long for, and does beside its writing: handing over what was written, and ending
/// files. On a slow disk a sync takes as long as a picture or two; what comes meanwhile is written.
enum DiskErrand: Sendable {
    /// How a file ends.
    enum Ending: Hashable, Sendable {
        /// With all that was written to it.
        case whole
        /// With its last whole part.
        case torn
        /// Likewise, where the disk refuses to go on. It stays open: closing it needs room.
        case refused
        /// Likewise, where it is no longer at its path.
        case lost
        /// The disk that refused it works again.
        case late
        /// As it is, for the next start: too many wait for their end already.
        case left
    }

    /// What has come of it.
    enum Outcome: Sendable {
        case named([RecordingFile], StorageError?)
        case synced(RecordingFile, StorageError?)
        /// Of so many octets. It has been let go of unless it was refused, and cut where anything is left.
        case ended(DiskWork.OpenFile, Ending, byteCount: UInt64, StorageError?)
    }

    /// The names of new files shall survive the loss of power.
    case name([RecordingFile], folder: String)
    /// What was written to a file shall.
    case sync(DiskWork.OpenFile)
    /// No more comes.
    case end(DiskWork.OpenFile, Ending)
    /// Whoever waits for all that was left before is told.
    case tell(@Sendable () -> Void)

    /// Whether others wait for it: a loss of power costs what is not handed over, and what is left as it
    /// is makes room and costs nothing.
    var isUrgent: Bool {
        switch self {
        case .name, .sync, .end(_, .left): true
        case .end, .tell: false
        }
    }

    /// Does it, however long the disk takes.
    func run(on storage: any Storage, _ claims: ClaimedFiles) -> Outcome? {
        switch self {
        case .name(let files, let folder):
            do throws(StorageError) { try storage.syncFolder(folder) } catch {
                return .named(files, error)
            }
            return .named(files, nil)
        case .sync(let open):
            // The octets before the index that names them.
            do throws(StorageError) {
                try storage.sync(open.data)
                try storage.sync(open.index)
            } catch {
                open.file.noteUnsure()
                // Its end may have to wait for long.
                open.file.writeIndex { UnsureMark.put(in: open.index, storage) }
                return .synced(open.file, error)
            }
            return .synced(open.file, nil)
        case .end(let open, let ending):
            return FileEnd(storage: storage, claims: claims, open: open).run(ending)
        case .tell(let body):
            body()
            return nil
        }
    }
}

/// A file's end: whole when it was to, and with its last whole part where the disk refuses.
private struct FileEnd {
    let storage: any Storage
    let claims: ClaimedFiles
    let open: DiskWork.OpenFile

    func run(_ ending: DiskErrand.Ending) -> DiskErrand.Outcome {
        var byteCount = open.wholeCount
        var failure: StorageError?
        do throws(StorageError) {
            switch ending {
            case .whole: byteCount = try seal(open.ends)
            case .torn:
                try cut()
                if byteCount > 0 { byteCount = try sealCut() }
            case .lost where byteCount > 0:
                try cut()
                _ = try sealCut()
            case .lost: break  // there is nothing in it, and nothing at its path
            case .refused: try cut()
            case .late: _ = try sealCut()
            case .left: byteCount = open.dataCount
            }
        } catch {
            failure = error
            if ending == .whole || ending == .torn {
                byteCount = (try? storage.byteCount(of: open.data)) ?? byteCount
            }
        }
        if open.file.isUnsure { UnsureMark.leave(in: open.index, storage) }
        // What cannot even be cut is cut when the recorder starts again.
        let isKept = ending == .refused && failure == nil && open.wholeCount > 0
        if !isKept || open.file.isUnsure { release() }
        return .ended(open, ending, byteCount: byteCount, failure)
    }

    /// Cuts a file after its last whole part, and its index likewise; a file without a part goes, for
    /// there is nothing in it.
    private func cut() throws(StorageError) {
        guard open.wholeCount > 0 else {
            try storage.remove(open.path)
            return try storage.remove(RecordingName.index(of: open.path))
        }
        try storage.truncate(open.data, to: open.wholeCount)
        try storage.truncate(open.index, to: open.wholeIndexCount)
        if open.file.isUnsure { UnsureMark.put(in: open.index, storage) }
        do throws(StorageError) {
            try storage.sync(open.data)
            try storage.sync(open.index)
        } catch { open.file.noteUnsure() }
    }

    /// Closes it where it has been cut, with the sound made whole that the cut has torn.
    private func sealCut() throws(StorageError) -> UInt64 {
        guard !open.file.isUnsure else { return open.wholeCount }
        let end = TornEnd(storage: storage, data: open.data, index: open.index)
        return try seal(end.mend(open.wholeEnds))
    }

    /// Closes it, unless a sync of it has failed: the kernel tells that once, and the next one succeeds
    /// though octets are missing. It is left for the next start, which looks.
    ///
    /// - Returns: The octets of the closed file.
    private func seal(_ ends: (data: UInt64, index: UInt64)) throws(StorageError) -> UInt64 {
        guard !open.file.isUnsure else { return ends.data }
        var closing = FileClosing(
            storage: storage, data: open.data, index: open.index,
            container: open.file.live.container)
        try closing.close(dataCount: ends.data, indexCount: ends.index)
        return closing.byteCount
    }

    private func release() {
        storage.close(open.data)
        storage.close(open.index)
        claims.release(open.path)
    }
}
