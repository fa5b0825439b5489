/// Which numbers a recording's segments have been listed under, and its files: they keep them, also
/// when files before them are deleted (RFC 8216 §6.2.2).
///
/// A file's numbers are settled when it is first listed; a playlist's first ones are counted back from
/// the newest file in it. So whoever still has an older view of the folder numbers it alike, and what
/// that view lacks at its end is not taken for deleted. Where a file goes from the middle, those
/// behind it keep their numbers: a player of what is recorded now notices nothing.
struct SegmentNumbers {
    /// A file as it is in the folder.
    struct File: Hashable {
        /// Its name.
        var file: String
        /// Segments of it so far.
        var segmentCount: Int
    }

    /// The first number that something has.
    struct Place: Hashable {
        /// Files listed before it, ever.
        var files = 0
        /// Segments listed before it, ever.
        var segments = 0
    }

    private var places: [String: Place] = [:]
    /// Where a file begins that comes behind all.
    private var next = Place()
    private var newestView = 0

    /// Numbers the files of one view of the folder.
    ///
    /// - Parameters:
    ///   - files: Oldest first.
    ///   - view: Which view it is, counted from 1 as they were begun: one that a later has overtaken
    ///     changes nothing here.
    /// - Returns: The numbers of the first of them, and of its first segment.
    mutating func take(_ files: [File], view: Int) -> Place {
        let first = first(of: files)
        guard view > newestView else { return first }
        newestView = view
        var place = first
        var listed: [String: Place] = [:]
        for file in files {
            listed[file.file] = place
            place.files += 1
            place.segments += file.segmentCount
        }
        places = listed
        next.files = max(next.files, place.files)
        next.segments = max(next.segments, place.segments)
        return first
    }

    /// Counted back from the newest that has numbers, or from where those behind it begin.
    private func first(of files: [File]) -> Place {
        let known = files.lastIndex { places[$0.file] != nil }
        var (anchor, place) = (known.map { $0 + 1 } ?? 0, next)
        if let known, let settled = places[files[known].file] {
            if anchor == files.count {
                (anchor, place) = (known, settled)
            } else {
                place.files = max(place.files, settled.files + 1)
                place.segments = max(
                    place.segments, settled.segments + files[known].segmentCount)
            }
        }
        let before = files[..<anchor]
        place.files = max(place.files - before.count, 0)
        place.segments = max(
            place.segments - before.reduce(0) { $0 + $1.segmentCount }, 0)
        return place
    }
}
