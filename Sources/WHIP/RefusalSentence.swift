import CJansson

/// What a refusal says whose body is a JSON object: the text under `detail` (RFC 9457 §3.1.4), or under
/// `error`, as UTF-8; `nil` where there is none.
func sentence(inJSON body: [UInt8]) -> [UInt8]? {
    let root = body.withUnsafeBytes { json_loadb($0.baseAddress, $0.count, 0, nil) }
    guard let root else { return nil }
    defer { json_decref(root) }
    for key in ["detail", "error"] {
        guard let member = json_object_get(root, key), let text = json_string_value(member) else {
            continue
        }
        let octets = UnsafeRawBufferPointer(start: text, count: json_string_length(member))
        if !octets.isEmpty { return Array(octets) }
    }
    return nil
}
