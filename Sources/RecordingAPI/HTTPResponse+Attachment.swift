import Web

// What a browser saves to the disk.

extension HTTPResponse {
    /// What a browser saves under a name.
    static func attachment(
        _ pieces: HTTPPieces, called name: String, _ mediaType: String,
        sourceByteCount: UInt64? = nil
    ) -> HTTPResponse {
        var headers: [(name: String, value: String)] = [
            ("content-type", mediaType), ("cache-control", "no-store"),
            ("content-disposition", disposition(name)),
            ("accept-ranges", "none"),  // each octet depends on those before it
        ]
        // Progress is a share of this, where there is no content-length.
        if let sourceByteCount { headers.append(("x-source-length", "\(sourceByteCount)")) }
        return HTTPResponse(status: 200, headers: headers, body: .pieces(pieces))
    }

    static func attachment(_ body: ExportBody, called stem: String) -> HTTPResponse {
        attachment(
            body.pieces, called: stem + "." + body.fileExtension, body.mediaType,
            sourceByteCount: body.sourceByteCount)
    }

    /// `attachment` with a file's name, of which no octet can end the quotes (RFC 6266 §4).
    static func disposition(_ name: String) -> String {
        "attachment; filename=\"\(name.filter { $0 != "\"" && $0 != "\\" })\""
    }
}
