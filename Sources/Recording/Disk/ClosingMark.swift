/// What stands behind the last record of an index whose file was closed whole: readers take it for the
/// end, and recovery looks no further.
enum ClosingMark {
    /// Its octets: as a record's length it would be absurd.
    static let bytes: [UInt8] = Array("\u{7F}whole\r\n".utf8)
}
