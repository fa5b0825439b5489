import CWeb

extension HTTPRequest {
    /// Copies what the C library lends, or says with which status it must be refused.
    static func read(_ request: web_request) -> Result<HTTPRequest, Refusal> {
        if request.refusal != 0 { return .failure(Refusal(status: Int(request.refusal))) }
        guard let path = RequestTarget.path(bytes(request.path)),
            let query = RequestTarget.query(bytes(request.query))
        else { return .failure(Refusal(status: 400)) }
        var headers = HTTPHeaders()
        for (name, text) in zip(HTTPHeaderName.allCases, texts(request)) where text.bytes != nil {
            // Field values are octets; what is not UTF-8 is nothing this house can compare.
            headers[name] = String(validating: bytes(text), as: UTF8.self)
        }
        let remote = withUnsafeBytes(of: request.remote) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
        return .success(
            HTTPRequest(
                method: method(request.method),
                path: path,
                query: query,
                headers: headers,
                body: bytes(request.body),
                remote: remote
            )
        )
    }

    /// In the order of `HTTPHeaderName`, which is that of the C enumeration.
    private static func texts(_ request: web_request) -> [web_text] {
        let headers = request.headers
        return [
            headers.0, headers.1, headers.2, headers.3, headers.4, headers.5, headers.6, headers.7,
            headers.8, headers.9, headers.10,
        ]
    }

    private static func bytes(_ text: web_text) -> [UInt8] {
        Array(UnsafeBufferPointer(start: text.bytes, count: text.bytes == nil ? 0 : text.count))
    }

    private static func method(_ number: Int32) -> HTTPMethod {
        let known: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete, .options]
        let index = Int(number)
        return known.indices.contains(index) ? known[index] : .other("")
    }
}

/// A request the server answers itself, without its handler.
struct Refusal: Error, Equatable {
    let status: Int

    var response: HTTPResponse {
        switch status {
        case 411: .text(status, "a body must announce its length: send Content-Length")
        case 413: .text(status, "the body is larger than this server takes")
        case 414: .text(status, "the path or the query is longer than this server takes")
        case 431: .text(status, "a header is longer than this server takes")
        default: .text(status, "the request's target or length cannot be read")
        }
    }
}
