public import Muxer

// Where a decoder can begin in a file: a segment may hold several such places, each the beginning of a part.

extension RecordingCatalog {
    /// The last part that begins at or before `nanoseconds` of a file and that a decoder can begin with; the
    /// file's first where there is none, and the segment's where nothing is known of its parts.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    public func keyframe(
        of file: RecordedFile, atOrBefore nanoseconds: Int64
    ) async throws(WorkQueue.Busy) -> IndexedPart? {
        guard let first = file.entry(at: nanoseconds), let last = file.segment(at: nanoseconds)
        else { return nil }
        for segment in file.index.spans[first...last].reversed() {
            let parts = try await parts(of: file, in: segment)
            let found = parts.last {
                $0.isIndependent && file.nanoseconds(to: $0) <= nanoseconds
            }
            if let found { return found }
        }
        return file.index.spans[first]
    }

    /// The first part that begins at or behind `nanoseconds` of a file and that a decoder can begin with;
    /// `nil` where there is none up to its end.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    public func keyframe(
        of file: RecordedFile, atOrBehind nanoseconds: Int64
    ) async throws(WorkQueue.Busy) -> IndexedPart? {
        guard let first = file.segment(at: nanoseconds) else { return nil }
        for segment in file.index.spans[first...] {
            if segment.isIndependent, file.nanoseconds(to: segment) >= nanoseconds {
                return segment
            }
            let parts = try await parts(of: file, in: segment)
            let found = parts.first {
                $0.isIndependent && file.nanoseconds(to: $0) >= nanoseconds
            }
            if let found { return found }
        }
        return nil
    }

    /// The parts that a segment consists of; those of a file that grows are known, but for older ones.
    private func parts(
        of file: RecordedFile, in segment: IndexedPart
    ) async throws(WorkQueue.Busy) -> [IndexedPart] {
        let octets = segment.offset..<segment.end
        if let oldest = file.index.parts.first, oldest.offset <= segment.offset {
            return file.index.parts.filter { octets.contains($0.offset) }
        }
        let (path, isGrowing) = (recordings.folder + "/" + file.file, !file.index.isFinished)
        return try await reading.run { [marks] in
            marks.parts(of: path, in: octets, isGrowing: isGrowing)
        }
    }
}

extension RecordedFile {
    /// From its beginning to a part's.
    fileprivate func nanoseconds(to part: IndexedPart) -> Int64 {
        part.start.nanoseconds &- start
    }
}
