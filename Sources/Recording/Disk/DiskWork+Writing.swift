import Muxer
import Timing

// How a file grows, and what the disk says of what was handed over.

extension DiskWork {
    /// Writes a chunk, its octets before the index that names them.
    mutating func append(_ chunk: FileChunk, to file: RecordingFile, at now: Instant) {
        let key = ObjectIdentifier(file)
        guard var open = files[key], !open.isEnding else { return file.dropped(chunk) }
        do throws(StorageError) {
            try storage.write(chunk.bytes, to: open.data, at: open.dataCount)
            open.dataCount += UInt64(chunk.bytes.count)
            try open.file.writeIndex { () throws(StorageError) in
                // A mark that has been left there meanwhile goes behind it.
                let isMarked = open.file.isUnsure
                let octets = isMarked ? chunk.index + UnsureMark.bytes : chunk.index
                try storage.write(octets, to: open.index, at: open.indexCount)
            }
            open.indexCount += UInt64(chunk.index.count)
            // As long as what was there: a crash leaves one or the other.
            if !chunk.indexHead.isEmpty {
                try storage.write(chunk.indexHead, to: open.index, at: 0)
            }
        } catch {
            files[key] = open
            file.dropped(chunk)
            return fail(file, error, at: now)
        }
        if let last = chunk.parts.last {
            open.wholeCount = last.offset + UInt64(last.byteCount)
            open.wholeIndexCount = open.indexCount
        }
        if policy != .none, open.unsyncedSince == nil { open.unsyncedSince = now }
        files[key] = open
        space.wrote(chunk.byteCount)
        file.wrote(chunk, byteCount: open.dataCount)
        if policy == .none { noteTaken(key) }
        if policy == .part, !chunk.parts.isEmpty, !open.isSyncing { sync(key) }
    }

    /// What was written goes to the disk, the octets before the index that names them.
    mutating func sync(_ key: ObjectIdentifier) {
        guard var open = files[key] else { return }
        (open.syncingSince, open.unsyncedSince) = (open.unsyncedSince, nil)
        files[key] = open
        syncCount += 1
        leave(.sync(open))
    }

    /// A sync failed while its file's end was under way already.
    mutating func noteFailure(
        _ failure: StorageError?, of file: RecordingFile, at now: Instant
    ) {
        guard let failure else { return }
        space.refused(failure, at: now)
        file.failed(failure)
    }

    /// The disk has what was written, as far as the policy asks: that it makes files says little.
    mutating func noteTaken(_ key: ObjectIdentifier) {
        guard let open = files[key], !open.isTaken else { return }
        files[key]?.isTaken = true
        space.accepted()
        open.file.taken()
    }
}
