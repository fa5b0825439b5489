import Web

/// The recordings page, embedded in the library: answers by the path a browser asks for.
let pageFiles: [String: HTTPResponse] = {
    let scripts = [
        ("api", PackageResources.api_js), ("dom", PackageResources.dom_js),
        ("export", PackageResources.export_js), ("main", PackageResources.main_js),
        ("player", PackageResources.player_js), ("playlist", PackageResources.playlist_js),
        ("watch", PackageResources.watch_js),
    ]
    var files = [
        "/": file("text/html; charset=utf-8", PackageResources.index_html),
        "/style.css": file("text/css; charset=utf-8", PackageResources.style_css),
        "/icon.svg": file("image/svg+xml", PackageResources.icon_svg),
    ]
    for (name, bytes) in scripts {
        files["/\(name).js"] = file("text/javascript; charset=utf-8", bytes)
    }
    return files
}()

private func file(_ mediaType: String, _ bytes: [UInt8]) -> HTTPResponse {
    HTTPResponse(
        status: 200,
        headers: [
            ("content-type", mediaType), ("cache-control", "no-cache"),
            ("x-content-type-options", "nosniff"),
        ], body: .bytes(bytes))
}
