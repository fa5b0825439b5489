/// One file of a web page.
public struct PageFile: Sendable {
    /// What it is, as `content-type` says it.
    public let mediaType: String
    /// Its octets.
    public let bytes: [UInt8]

    /// What it is answered with: browsers ask again each time, and take it for nothing else than it
    /// is.
    public var headers: [(name: String, value: String)] {
        [
            ("content-type", mediaType), ("cache-control", "no-cache"),
            ("x-content-type-options", "nosniff"),
        ]
    }
}

/// A web page of this house: the frame, the looks and the tools that all have, and what one adds.
public struct HousePage: Sendable {
    /// What it is called, in the browser's title and at its top.
    public var title: String
    /// What it is for, in a sentence.
    public var description: String
    /// What it cannot do without scripts, in a sentence.
    public var needs: String
    /// Where it may load from, as a Content-Security-Policy.
    public var policy: String
    /// Style sheets by their names without an ending, in order; they come behind `style`.
    public var styles: [(name: String, bytes: [UInt8])]
    /// Scripts by their names without an ending; `main` begins; `dom`, `call`, `token` and `figures` are
    /// there.
    public var scripts: [(name: String, bytes: [UInt8])]

    /// A page with nothing of its own yet.
    public init(title: String, description: String, needs: String, policy: String) {
        (self.title, self.description) = (title, description)
        (self.needs, self.policy) = (needs, policy)
        (styles, scripts) = ([], [])
    }

    /// Every file by the path that a browser asks for.
    public var files: [String: PageFile] {
        var files = [
            "/": PageFile(mediaType: "text/html; charset=utf-8", bytes: Array(document.utf8)),
            "/icon.svg": PageFile(mediaType: "image/svg+xml", bytes: PackageResources.icon_svg),
        ]
        for (name, bytes) in [("style", PackageResources.style_css)] + styles {
            files["/\(name).css"] = PageFile(mediaType: "text/css; charset=utf-8", bytes: bytes)
        }
        for (name, bytes) in Self.scripts + scripts {
            files["/\(name).js"] = PageFile(
                mediaType: "text/javascript; charset=utf-8", bytes: bytes)
        }
        return files
    }

    private static let scripts = [
        ("dom", PackageResources.dom_js), ("call", PackageResources.call_js),
        ("token", PackageResources.token_js), ("figures", PackageResources.figures_js),
    ]

    private var document: String {
        let links = (["style"] + styles.map(\.name))
            .map { "<link rel=\"stylesheet\" href=\"\($0).css\">" }.joined(separator: "\n")
        let words = [
            "title": Self.escaped(title), "description": Self.escaped(description),
            "needs": Self.escaped(needs), "policy": Self.escaped(policy), "styles": links,
        ]
        // Between braces stands a name, and nothing else in the frame has braces.
        var text = ""
        for piece in String(decoding: PackageResources.index_html, as: UTF8.self).split(
            separator: "{", omittingEmptySubsequences: false)
        {
            guard let end = piece.firstIndex(of: "}"), let word = words[String(piece[..<end])]
            else {
                text += piece
                continue
            }
            text += word + piece[piece.index(after: end)...]
        }
        return text
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
    }
}
