import Glibc

/// Mends what a crash or a loss of power has left in a folder: files are cut after their last whole
/// part, and their indexes with them. What a crash leaves of a transport stream's last part is one too,
/// and the sound that is torn at its end is made whole.
///
/// Nothing that cannot be explained is touched: files of other names, of other processes that write
/// them, and files without a readable index stay as they are; so does what this process writes while
/// recovery goes on beside it. What is mended is marked, so that doing it again changes nothing and
/// costs little.
struct Recovery {
    let storage: any Storage
    let folder: String
    var claims = ClaimedFiles()
    /// When this system was started, in seconds since 1970. What has been written since is in the
    /// file however its writer ended, unless a sync has failed: only an earlier life's may have holes.
    var bootSeconds = Int64.max
    /// Now, in the same way: what was written later than that was written before the clock went back.
    var nowSeconds = Int64.max
    /// Deletes the notes of recordings that have no file, and says whose.
    var forgetNotes: () -> [String] = { [] }

    /// Goes through the folder once.
    ///
    /// - Parameter isWanted: Asked before each file, and while a long one is read; what is left is done by
    ///   the next start.
    func run(while isWanted: () -> Bool = { true }) -> RecoveryReport {
        var report = RecoveryReport()
        let files: [StoredFile]
        do throws(StorageError) { files = try storage.files(in: folder) } catch {
            report.refused.append(error)
            return report
        }
        let names = Set(files.map(\.name))
        var claimed: [StoredFile] = []
        func mend(_ file: StoredFile) {
            let hasIndex = names.contains(RecordingName.index(of: file.name))
            guard claims.claim(folder + "/" + file.name) else { return claimed.append(file) }
            defer { claims.release(folder + "/" + file.name) }
            do throws(StorageError) {
                try self.mend(file, hasIndex: hasIndex, while: isWanted, &report)
            } catch {
                // What the disk refuses is left for the next time; what another writes is no news.
                if error.code != EWOULDBLOCK, error.code != ENOENT { report.refused.append(error) }
            }
        }
        for file in files.sorted(by: { $0.name < $1.name }) where RecordingName(file.name) != nil {
            guard isWanted() else { return report }
            mend(file)
        }
        // Some were claimed for a moment only, by those who looked for a free name.
        let again = claimed
        for file in again where isWanted() { mend(file) }
        guard isWanted() else { return report }
        report.forgotten = forgetNotes()
        report.isComplete = true
        return report
    }

    private func mend(
        _ file: StoredFile, hasIndex: Bool, while isWanted: () -> Bool,
        _ report: inout RecoveryReport
    ) throws(StorageError) {
        let path = folder + "/" + file.name
        let data = try storage.open(path)
        defer { storage.close(data) }
        guard try storage.byteCount(of: data) > 0 else {
            if hasIndex { try storage.remove(RecordingName.index(of: path)) }
            try storage.remove(path)
            return report.empty += 1
        }
        guard hasIndex else { return report.unexplained.append(file.name) }
        let index = try storage.open(RecordingName.index(of: path))
        defer { storage.close(index) }
        let end = try self.end(of: index)
        guard end != ClosingMark.bytes else { return report.files += 1 }
        guard try storage.byteCount(of: index) <= StoredIndex.byteLimit else {
            return report.unexplained.append(file.name)
        }
        let isOfThisLife = file.modifiedSeconds > bootSeconds && file.modifiedSeconds <= nowSeconds
        var doubt = isOfThisLife ? WholeExtent.Doubt.nowhere : .inNewest
        if end == UnsureMark.bytes {
            try lookAnew(data, index)
            doubt = .anywhere
        }
        let found = try storage.withOctets(of: index) {
            (octets) throws(StorageError) -> WholeExtent? in
            try WholeExtent(of: data, index: octets, doubt, in: storage)
        }
        guard let found else { return report.unexplained.append(file.name) }
        if doubt == .anywhere {
            let isDamaged = isDamaged(data, upTo: found.older, while: isWanted)
            guard isWanted() else { return }
            if isDamaged { report.damaged.append(file.name) }
        }
        let byteCount = try storage.byteCount(of: data)
        try close(data, index, found, isUnsure: doubt == .anywhere)
        // What is kept by its age is not new by this.
        storage.date(data, min(file.modifiedSeconds, nowSeconds))
        report.cutBytes += byteCount - found.data
        (report.files, report.mended) = (report.files + 1, report.mended + 1)
    }

    /// As many octets as a mark has.
    private func end(of index: Int32) throws(StorageError) -> [UInt8] {
        let (count, mark) = (try storage.byteCount(of: index), UInt64(ClosingMark.bytes.count))
        return try storage.read(
            index, at: count > mark ? count - mark : 0, count: ClosingMark.bytes.count)
    }

    /// Has both files read from the disk: the kernel shows what it could not write as if it were there.
    private func lookAnew(_ data: Int32, _ index: Int32) throws(StorageError) {
        for file in [data, index] {
            try storage.sync(file)
            storage.forget(file)
        }
    }

    /// Whether something is missing in the first octets of a file of which a sync has failed: hours of
    /// media are not cut off for some blocks before them. What cannot be read is missing too.
    private func isDamaged(_ data: Int32, upTo end: UInt64, while isWanted: () -> Bool) -> Bool {
        do throws(StorageError) {
            return try storage.hole(in: data, from: 0, to: end, while: isWanted) != nil
        } catch { return true }
    }

    private func close(
        _ data: Int32, _ index: Int32, _ extent: WholeExtent, isUnsure: Bool
    ) throws(StorageError) {
        do throws(StorageError) {
            try cut(data, index, extent, isUnsure: isUnsure)
            let ends = try TornEnd(storage: storage, data: data, index: index)
                .mend((extent.data, extent.index + UInt64(extent.record.count)))
            var closing = FileClosing(
                storage: storage, data: data, index: index, container: extent.container)
            try closing.close(dataCount: ends.data, indexCount: ends.index)
        } catch {
            if isUnsure { UnsureMark.leave(in: index, storage) }
            throw error
        }
    }

    private func cut(
        _ data: Int32, _ index: Int32, _ extent: WholeExtent, isUnsure: Bool
    ) throws(StorageError) {
        // A file whose ending was interrupted stays as long as it is until that is done again.
        switch extent.container {
        case .mp4, .webm: break
        case .mpegts, .fmp4: try storage.truncate(data, to: extent.data)
        }
        // What is unsure stays so until it is closed, also where the process ends before that.
        let mark = isUnsure ? UnsureMark.bytes : []
        if isUnsure { try storage.write(mark, to: index, at: extent.index) }
        try storage.truncate(index, to: extent.index + UInt64(mark.count))
        if !extent.head.isEmpty { try storage.write(extent.head, to: index, at: 0) }
        if !extent.record.isEmpty { try storage.write(extent.record, to: index, at: extent.index) }
    }
}
