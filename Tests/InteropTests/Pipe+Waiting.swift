import Foundation
import Glibc

extension Pipe {
    /// What has been written into it next; empty where nobody will write any more, `nil` where nothing comes
    /// for a minute: whoever waits for a word that is never said blocks a thread that nothing else ends.
    func nextChunk() -> Data? {
        var ready = pollfd(
            fd: fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, 60_000) > 0 else { return nil }
        return fileHandleForReading.availableData
    }
}
