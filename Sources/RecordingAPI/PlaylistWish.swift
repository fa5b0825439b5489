import Recording
import Web

/// What is asked of a playlist besides its name.
struct PlaylistWish: Sendable {
    /// The token's query, with which every address in it ends.
    var query = ""
    /// Without the sound that belongs to pictures: for browsers that have no name for it.
    var isMute = false
    /// A time that is to be in it, where not all is.
    var time: AskedTime?

    /// All that can be listed of the newest.
    init() {}

    /// What a request says.
    init(_ request: HTTPRequest) throws(MalformedField) {
        query = request.tokenQuery
        if let tracks = request[query: "tracks"] {
            guard tracks == Self.pictures else {
                throw MalformedField(name: "tracks", reason: "must be \(Self.pictures)")
            }
            isMute = true
        }
        time = try AskedTime("at", of: request)
    }

    /// What addresses end with of which the pictures alone are wanted.
    var mutedQuery: String {
        "?tracks=\(Self.pictures)" + (query.isEmpty ? "" : "&" + query.dropFirst())
    }

    /// The value of `tracks` for pictures without their sound.
    static let pictures = "video"
}
