/// What a playlist lists of transport streams.
enum ListedForm {
    /// Fragments, which are cut from them when they are asked for.
    case fragments
    /// Their own octets, from the folder that the playlist itself is in.
    case transport
}
