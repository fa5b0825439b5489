extension Storage {
    /// Where power has failed to write, or a disk: zeros up to the end of a block.
    ///
    /// - Parameter isWanted: Asked before each mebibyte; what is left unread has no hole.
    func hole(
        in file: Int32, from start: UInt64, to end: UInt64, while isWanted: () -> Bool = { true }
    ) throws(StorageError) -> UInt64? {
        var offset = start / StorageBlock.byteCount * StorageBlock.byteCount
        while offset < end, isWanted() {
            let octets = try read(
                file, at: offset, count: Int(min(end - offset, StorageBlock.byteCount * 256)))
            guard !octets.isEmpty else { return offset }
            for block in stride(from: 0, to: octets.count, by: Int(StorageBlock.byteCount)) {
                let upper = min(block + Int(StorageBlock.byteCount), octets.count)
                var lower = upper
                while lower > block, octets[lower - 1] == 0 { lower -= 1 }
                if upper - lower >= StorageBlock.zeroLimit { return offset + UInt64(lower) }
            }
            offset += UInt64(octets.count)
        }
        return nil
    }
}

/// What a disk writes at once, or not at all.
enum StorageBlock {
    static let byteCount: UInt64 = 4096
    /// Silence is written with some dozens of zeros; a hole shorter than this costs a picture at most.
    static let zeroLimit = 256

    /// Where the block ends that the octet before `offset` lies in.
    static func end(around offset: UInt64) -> UInt64 {
        (offset + byteCount - 1) / byteCount * byteCount
    }
}
