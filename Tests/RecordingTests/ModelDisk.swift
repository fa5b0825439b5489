import Glibc
import Synchronization

@testable import Recording

/// A disk in memory that can lose power: what was not synced is lost block by block, as a seed says, and of
/// some blocks the first sectors are there.
final class ModelDisk: Storage {
    static let blockSize = 4096
    static let sectorSize = 512

    struct File {
        var bytes: [UInt8] = []
        /// What a loss of power leaves for certain.
        var durable: [UInt8] = []
        var dirtyBlocks: Set<Int> = []
        /// Those that a failed sync was to hand over: `bytes` shows them, and the next one knows nothing of
        /// them (`fsync(2)`).
        var lostBlocks: Set<Int> = []
        var hasDurableName = false
        var modifiedSeconds: Int64 = 0
        var isLocked = false
    }

    struct State {
        var files: [String: File] = [:]
        var descriptors: [Int32: String] = [:]
        var nextDescriptor: Int32 = 100
        var capacity = UInt64.max / 4
        /// What was to be synced is lost by it.
        var syncFailure: Int32?
        var folderFailure: Int32?
        var createFailure: Int32?
        /// Neither the names in a folder nor the room there is are told.
        var listFailure: Int32?
        /// Calls that change something until one is refused, once.
        var callsToRefusal: Int?
        /// Files closed that were not open: another may have the descriptor by then.
        var strayCloses = 0
        /// A file system without locks.
        var hasLocks = true
        /// A pipe: no folder is listed until it is closed.
        var hold: Int32?
        /// A pipe: no file is synced until it is closed.
        var syncHold: Int32?
        /// Octets of all recordings, not of their indexes, that cannot be read.
        var unreadable: Range<Int>?
        /// How often a folder has been listed.
        var listings = 0
        /// A file that cannot be deleted.
        var stubborn: String?
        var seconds: Int64 = 0
        /// What a test wants to know of the moment.
        var moment = 0
        /// Of so many calls that change something one is kept: how all stood before it.
        var keepsOneOf: Int?
        fileprivate(set) var kept: [State] = []
        fileprivate var calls = 0

        fileprivate mutating func keep() {
            guard let keepsOneOf else { return }
            calls += 1
            guard calls % keepsOneOf == 0 else { return }
            var copy = self
            (copy.kept, copy.keepsOneOf) = ([], nil)
            kept.append(copy)
        }
    }

    let state: Mutex<State>

    /// An empty one, or one as another stood.
    init(_ initial: State = State()) { state = Mutex(initial) }

    /// Octets of all files.
    var usedBytes: UInt64 {
        state.withLock { $0.files.values.reduce(0) { $0 + UInt64($1.bytes.count) } }
    }

    var names: [String] { state.withLock { $0.files.keys.sorted() } }

    func bytes(_ path: String) -> [UInt8]? { state.withLock { $0.files[path]?.bytes } }

    func put(_ path: String, _ octets: some Sequence<UInt8>, modified: Int64 = 0) {
        let bytes = Array(octets)
        state.withLock { state in
            state.files[path] = File(
                bytes: bytes, durable: bytes, hasDurableName: true, modifiedSeconds: modified)
        }
    }

    func create(_ path: String) throws(StorageError) -> Int32 {
        try state.withLock { state throws(StorageError) in
            if let code = state.createFailure { throw StorageError(path: path, code: code) }
            guard state.files[path] == nil else { throw StorageError(path: path, code: EEXIST) }
            state.files[path] = File(modifiedSeconds: state.seconds, isLocked: true)
            return state.open(path)
        }
    }

    func open(_ path: String) throws(StorageError) -> Int32 {
        try state.withLock { state throws(StorageError) in
            guard let file = state.files[path] else {
                throw StorageError(path: path, code: ENOENT)
            }
            guard !file.isLocked || !state.hasLocks else {
                throw StorageError(path: path, code: EWOULDBLOCK)
            }
            state.files[path]?.isLocked = true
            return state.open(path)
        }
    }

    func close(_ file: Int32) {
        state.withLock { state in
            guard let path = state.descriptors.removeValue(forKey: file) else {
                return state.strayCloses += 1
            }
            state.files[path]?.isLocked = false
        }
    }

    func isThere(_ file: Int32, at path: String) -> Bool {
        state.withLock { $0.descriptors[file] == path && $0.files[path] != nil }
    }

    func byteCount(of file: Int32) throws(StorageError) -> UInt64 {
        state.withLock { UInt64($0[file].bytes.count) }
    }

    func read(
        _ file: Int32, at offset: UInt64, count: Int
    ) throws(StorageError) -> [UInt8] {
        try state.withLock { state throws(StorageError) in
            let path = state.descriptors[file] ?? ""
            let range = Int(offset)..<Int(offset) + count
            if let hurt = state.unreadable, hurt.overlaps(range), !path.hasSuffix(".index") {
                throw StorageError(path: path, code: EIO, isOfReading: true)
            }
            return Array(state[file].bytes.dropFirst(Int(offset)).prefix(count))
        }
    }

    func withOctets<T>(
        of file: Int32, _ body: (RawSpan) throws(StorageError) -> T
    ) throws(StorageError) -> T {
        let bytes = state.withLock { $0[file].bytes }
        return try body(bytes.span.bytes)
    }

    func write(_ bytes: [UInt8], to file: Int32, at offset: UInt64) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            state.keep()
            try state.refuseOnce(file)
            let (end, offset) = (Int(offset) + bytes.count, Int(offset))
            let path = state.descriptors[file] ?? ""
            let growth = max(0, end - (state.files[path]?.bytes.count ?? 0))
            let used = state.files.values.reduce(0) { $0 + $1.bytes.count }
            guard UInt64(used + growth) <= state.capacity else {
                throw StorageError(path: path, code: ENOSPC)
            }
            state.files[path]?.write(bytes, at: offset, growth: growth)
            state.files[path]?.modifiedSeconds = state.seconds
        }
    }

    func date(_ file: Int32, _ seconds: Int64) {
        state.withLock { state in
            guard let path = state.descriptors[file] else { return }
            state.files[path]?.modifiedSeconds = seconds
        }
    }

    func truncate(_ file: Int32, to byteCount: UInt64) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            state.keep()
            try state.refuseOnce(file)
            let path = state.descriptors[file] ?? ""
            state.files[path]?.bytes.removeSubrange(Int(byteCount)...)
            state.files[path]?.modifiedSeconds = state.seconds
        }
    }

    func sync(_ file: Int32) throws(StorageError) {
        var octet: UInt8 = 0
        if let hold = state.withLock({ $0.syncHold }) { _ = Glibc.read(hold, &octet, 1) }
        try state.withLock { state throws(StorageError) in
            state.keep()
            try state.refuseOnce(file)
            if let code = state.syncFailure {
                state[file].loseDirtyBlocks()
                throw StorageError(path: state.descriptors[file] ?? "", code: code)
            }
            state[file].durable = state[file].onDisk
            state[file].dirtyBlocks = []
        }
    }

    func forget(_ file: Int32) {
        state.withLock { state in
            state[file].bytes = state[file].onDisk
            state[file].lostBlocks = []
        }
    }

    func syncFolder(_ folder: String) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            state.keep()
            if let code = state.folderFailure { throw StorageError(path: folder, code: code) }
            for path in state.files.keys { state.files[path]?.hasDurableName = true }
        }
    }

    func remove(_ path: String) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            state.keep()
            if state.stubborn == path { throw StorageError(path: path, code: EIO) }
            guard state.files.removeValue(forKey: path) != nil else {
                throw StorageError(path: path, code: ENOENT)
            }
        }
    }

    func files(in folder: String) throws(StorageError) -> [StoredFile] {
        var octet: UInt8 = 0
        let (hold, failure) = state.withLock { ($0.hold, $0.listFailure) }
        if let hold { _ = Glibc.read(hold, &octet, 1) }
        if let failure { throw StorageError(path: folder, code: failure, isOfReading: true) }
        return list(folder)
    }

    private func list(_ folder: String) -> [StoredFile] {
        state.withLock { state in
            state.listings += 1
            return state.files.map { path, file in
                StoredFile(
                    name: String(path.dropFirst(folder.count + 1)),
                    byteCount: UInt64(file.bytes.count), modifiedSeconds: file.modifiedSeconds)
            }
        }
    }

    func freeBytes(in folder: String) throws(StorageError) -> UInt64 {
        let used = usedBytes
        if let failure = state.withLock({ $0.listFailure }) {
            throw StorageError(path: folder, code: failure, isOfReading: true)
        }
        return state.withLock { $0.capacity > used ? $0.capacity - used : 0 }
    }
}

extension ModelDisk.File {
    fileprivate mutating func write(_ octets: [UInt8], at offset: Int, growth: Int) {
        guard !octets.isEmpty else { return }
        let (size, end) = (ModelDisk.blockSize, offset + octets.count)
        bytes.append(contentsOf: repeatElement(0, count: growth))
        bytes.replaceSubrange(offset..<end, with: octets)
        for block in offset / size...(end - 1) / size {
            dirtyBlocks.insert(block)
            lostBlocks.remove(block)
        }
    }

    fileprivate mutating func loseDirtyBlocks() {
        lostBlocks.formUnion(dirtyBlocks)
        dirtyBlocks = []
    }

    /// Its octets as a sync of the dirty blocks leaves them: of lost ones what was there before.
    fileprivate var onDisk: [UInt8] {
        var octets = bytes
        for block in lostBlocks {
            let start = block * ModelDisk.blockSize
            for place in start..<max(start, min(start + ModelDisk.blockSize, octets.count)) {
                octets[place] = place < durable.count ? durable[place] : 0
            }
        }
        return octets
    }
}

extension ModelDisk {
    /// The process is gone: locks are free, what was written stays.
    func kill() {
        state.withLock { state in
            state.descriptors = [:]
            for path in state.files.keys { state.files[path]?.isLocked = false }
        }
    }

    /// The kernel needs its memory for something else: what is read comes from the disk.
    func evict() {
        state.withLock { state in
            for (path, file) in state.files {
                state.files[path]?.bytes = file.onDisk
                state.files[path]?.lostBlocks = []
            }
        }
    }

    /// The power is gone: of each block that was not synced, a seed decides whether it is there; what
    /// is missing within the file's length reads as zeros.
    func losePower(seed: UInt64) {
        kill()
        var random = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func flip() -> Bool {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random & 8 == 0
        }
        state.withLock { state in
            for (path, file) in state.files.sorted(by: { $0.key < $1.key }) {
                guard file.hasDurableName else {
                    state.files[path] = nil
                    continue
                }
                var left = file.durable
                for block in file.dirtyBlocks.sorted() where flip() {
                    let start = block * Self.blockSize
                    let isTorn = random & 0x70 == 0
                    let count = isTorn ? Int(random >> 8 & 7) * Self.sectorSize : Self.blockSize
                    let range = start..<max(start, min(start + count, file.bytes.count))
                    guard !range.isEmpty else { continue }
                    let growth = max(0, range.upperBound - left.count)
                    left.append(contentsOf: repeatElement(0, count: growth))
                    left.replaceSubrange(range, with: file.bytes[range])
                }
                state.files[path]?.bytes = left
                state.files[path]?.durable = left
                state.files[path]?.dirtyBlocks = []
                state.files[path]?.lostBlocks = []
            }
        }
    }
}

extension ModelDisk.State {
    fileprivate mutating func open(_ path: String) -> Int32 {
        nextDescriptor += 1
        descriptors[nextDescriptor] = path
        return nextDescriptor
    }

    fileprivate mutating func refuseOnce(_ file: Int32) throws(StorageError) {
        guard let calls = callsToRefusal else { return }
        callsToRefusal = calls > 0 ? calls - 1 : nil
        if calls == 0 { throw StorageError(path: descriptors[file] ?? "", code: EIO) }
    }

    /// The file behind a descriptor; a descriptor that is none stands for an empty file.
    fileprivate subscript(file: Int32) -> ModelDisk.File {
        get { descriptors[file].flatMap { files[$0] } ?? ModelDisk.File() }
        set { if let path = descriptors[file] { files[path] = newValue } }
    }
}
