import WebRTC

/// A session on its way into a room: who comes, what for, and what we have for it.
struct Admission {
    let kind: SessionKind
    let room: String
    let peer: String
    let local: LocalDescription
    var ssrcs: SessionSSRCs
}
