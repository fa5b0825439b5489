import Glibc
import Muxer
import Timing

// How a file ends: whole when it was to, and with its last whole part where the disk refuses.

extension DiskWork {
    /// Ends a file that the recording has finished.
    mutating func close(_ file: RecordingFile, at now: Instant) {
        guard let open = files.removeValue(forKey: ObjectIdentifier(file)) else {
            return file.closed(byteCount: 0)
        }
        var byteCount = open.wholeCount
        do throws(StorageError) {
            if file.isTorn || open.dataCount == 0 {
                try cut(open)
                if byteCount > 0 { byteCount = try seal(open, open.wholeEnds) }
            } else {
                byteCount = try seal(open, open.ends)
            }
            if byteCount > 0, !open.isTaken {
                space.accepted()
                file.taken()
            }
        } catch {
            space.refused(error, at: now)
            file.failed(error)
            byteCount = (try? storage.byteCount(of: open.data)) ?? byteCount
        }
        release(open)
        file.closed(byteCount: byteCount)
    }

    /// Ends a file that the disk refuses to go on with.
    mutating func fail(_ file: RecordingFile, _ error: StorageError, at now: Instant) {
        guard let open = files.removeValue(forKey: ObjectIdentifier(file)) else { return }
        // What is refused even now is cut when the recorder starts again.
        let isCut = (try? cut(open)) != nil
        if !error.isOfOneFile { space.refused(error, at: now) }
        file.failed(error)
        file.closed(byteCount: open.wholeCount)
        if isCut, open.wholeCount > 0, unfinished.count < Self.unfinishedLimit {
            unfinished.append(open)
        } else {
            release(open)
        }
    }

    /// Closes what a refusal has left cut and open, now that the disk works again.
    mutating func finishRest() {
        for open in unfinished {
            // Refused again, it is left for the next start.
            _ = try? seal(open, open.wholeEnds)
            release(open)
        }
        unfinished = []
    }

    /// Ends files that are no longer where they were made: somebody has deleted or moved them, and
    /// nobody would find what goes into them. One that was moved is whole.
    mutating func endLost() {
        for open in Array(files.values) where !storage.isThere(open.data, at: open.path) {
            files[ObjectIdentifier(open.file)] = nil
            if open.wholeCount > 0, (try? cut(open)) != nil { _ = try? seal(open, open.wholeEnds) }
            release(open)
            open.file.failed(StorageError(path: open.path, code: ENOENT))
            open.file.closed(byteCount: open.wholeCount)
        }
    }

    /// Cuts a file after its last whole part, and its index likewise; a file without a part goes, for
    /// there is nothing in it.
    private func cut(_ open: OpenFile) throws(StorageError) {
        guard open.wholeCount > 0 else {
            try storage.remove(open.path)
            return try storage.remove(RecordingName.index(of: open.path))
        }
        try storage.truncate(open.data, to: open.wholeCount)
        try storage.truncate(open.index, to: open.wholeIndexCount)
        try? storage.sync(open.data)
        try? storage.sync(open.index)
    }

    /// - Returns: The octets of the closed file.
    private func seal(
        _ open: OpenFile, _ ends: (data: UInt64, index: UInt64)
    ) throws(StorageError) -> UInt64 {
        var closing = FileClosing(
            storage: storage, data: open.data, index: open.index,
            container: open.file.live.container)
        try closing.close(dataCount: ends.data, indexCount: ends.index)
        return closing.byteCount
    }

    func release(_ open: OpenFile) {
        storage.close(open.data)
        storage.close(open.index)
        claims.release(open.path)
    }

    /// Files that wait, open, for a disk that refused them.
    private static let unfinishedLimit = 64
}
