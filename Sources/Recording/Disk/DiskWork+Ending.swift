import Muxer
import Timing

// How a file ends: whole when it was to, and with its last whole part where the disk refuses.

extension DiskWork {
    /// Ends a file that the recording has finished.
    mutating func close(_ file: RecordingFile, at now: Instant) {
        guard let open = files.removeValue(forKey: ObjectIdentifier(file)) else {
            return file.closed(byteCount: 0)
        }
        guard !file.isTorn, open.dataCount > 0 else {
            let byteCount = cut(open)
            release(open)
            return file.closed(byteCount: byteCount)
        }
        var byteCount = open.dataCount
        do throws(StorageError) {
            byteCount = try FileClosing(
                storage: storage, data: open.data, index: open.index,
                container: file.live.container
            ).close(dataCount: open.dataCount, indexCount: open.indexCount)
        } catch {
            space.refused(error, at: now)
            file.failed(error)
            byteCount = cut(open)
        }
        release(open)
        file.closed(byteCount: byteCount)
    }

    /// Ends a file that the disk refuses to go on with.
    mutating func fail(_ file: RecordingFile, _ error: StorageError, at now: Instant) {
        guard let open = files.removeValue(forKey: ObjectIdentifier(file)) else { return }
        let byteCount = cut(open)
        release(open)
        space.refused(error, at: now)
        file.failed(error)
        file.closed(byteCount: byteCount)
    }

    /// Cuts a file after its last whole part, and its index likewise; a file without a part goes, for
    /// there is nothing in it.
    private func cut(_ open: OpenFile) -> UInt64 {
        guard open.wholeCount > 0 else {
            try? storage.remove(open.path)
            try? storage.remove(RecordingName.index(of: open.path))
            return 0
        }
        // What the disk refuses even now is cut when the recorder starts again.
        try? storage.truncate(open.data, to: open.wholeCount)
        try? storage.truncate(open.index, to: open.wholeIndexCount)
        try? storage.sync(open.data)
        try? storage.sync(open.index)
        return open.wholeCount
    }

    private func release(_ open: OpenFile) {
        storage.close(open.data)
        storage.close(open.index)
    }
}
