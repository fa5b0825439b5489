import Glibc
import Muxer
import Timing

// How a file begins: under a name that is free, with its index, or not at all.

extension DiskWork {
    /// Makes the file of a recording and the index beside it.
    mutating func begin(_ file: RecordingFile, at now: Instant) {
        do throws(StorageError) {
            let made = try make(file)
            files[ObjectIdentifier(file)] = made
            if policy != .none { unnamed.append(file) }
            file.opened(made.path)
        } catch {
            file.failed(error)
            space.refused(error, at: now)
            file.closed(byteCount: 0)
        }
    }

    /// The first name that is free; two may begin in one second.
    private func make(_ file: RecordingFile) throws(StorageError) -> OpenFile {
        var number = 1
        while true {
            let name = RecordingName(
                file.name, at: file.startSeconds, number: number, file.live.container)
            let path = file.folder + "/" + name.file
            do throws(StorageError) {
                return try make(file, at: path)
            } catch {
                guard error.code == EEXIST, number < Self.nameLimit else { throw error }
                number += 1
            }
        }
    }

    /// Makes a file and its index, or leaves nothing of them.
    private func make(_ file: RecordingFile, at path: String) throws(StorageError) -> OpenFile {
        guard claims.claim(path) else { throw StorageError(path: path, code: EEXIST) }
        let indexPath = RecordingName.index(of: path)
        var made: [(file: Int32, path: String)] = []
        do throws(StorageError) {
            made.append((try storage.create(path), path))
            made.append((try storage.create(indexPath), indexPath))
            return OpenFile(file: file, path: path, data: made[0].file, index: made[1].file)
        } catch {
            for each in made {
                storage.close(each.file)
                try? storage.remove(each.path)
            }
            claims.release(path)
            throw error
        }
    }

    /// Files of one name that begin in one second.
    private static let nameLimit = 100
}
