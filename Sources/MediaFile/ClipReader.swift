import CAVFormat

/// Reads a media file sample by sample with libavformat, from its first picture on; round after round
/// if it is to be looped.
///
/// Owned by one thread, which waits for the disk. It opens no file but the one it was given, whatever
/// that file says.
public struct ClipReader: ~Copyable {
    /// What is in the file.
    public let format: ClipFormat

    private let path: String
    private let isLooped: Bool
    private var file: OpenClip
    private var line: LoopLine
    private var hasPictures = false  // of this round

    /// Opens a file.
    public init(path: String, isLooped: Bool = false) throws(ClipError) {
        let file = try OpenClip(path: path)
        format = file.format
        line = LoopLine(soundRate: file.format.sound?.clockRate ?? 48_000)
        (self.path, self.isLooped) = (path, isLooped)
        self.file = file
    }

    /// The next sample in the file's own order; `nil` at its end.
    public mutating func next() throws(ClipError) -> ClipSample? {
        while true {
            guard var sample = try file.next(keepsSoundAfterPictures: !isLooped) else {
                guard isLooped else { return nil }
                guard hasPictures else { throw .cutOff(path: path, milliseconds: 0) }
                file = try OpenClip(path: path)
                line.beginRound()
                hasPictures = false
                continue
            }
            if sample.kind == .picture { hasPictures = true }
            if line.place(&sample) { return sample }
        }
    }

    /// Keeps libavformat's own messages off standard error, for the whole process: what matters
    /// comes as an error.
    public static func silenceLibrary() { av_log_set_level(AV_LOG_QUIET) }
}
