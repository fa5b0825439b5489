import CPictures

/// Why there is no picture.
public enum PictureError: Error, Hashable, CustomStringConvertible {
    /// libavcodec is not installed here.
    case noLibrary
    /// libavcodec of this machine has no such codec.
    case noCodec(String)
    /// The key frame is none, or is broken.
    case undecodable
    /// It is of a kind that is not scaled here: more than eight bits, or of other planes.
    case unsupportedLayout
    /// The library refused, with its code.
    case refused(code: Int32)

    /// One sentence.
    public var description: String {
        switch self {
        case .noLibrary: "libavcodec \(LIBAVCODEC_VERSION_MAJOR) is not installed here"
        case .noCodec(let name): "libavcodec has no \(name) here"
        case .undecodable: "the key frame cannot be decoded"
        case .unsupportedLayout: "the picture's layout is not supported"
        case .refused(let code): "libavcodec refused (\(code))"
        }
    }
}
