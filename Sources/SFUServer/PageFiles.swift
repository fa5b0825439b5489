import Signalling

/// The web page, embedded in the executable: files by the path a browser asks for.
let pageFiles: [String: StaticFile] = {
    var files: [String: StaticFile] = [
        "/": StaticFile(mediaType: "text/html; charset=utf-8", bytes: PackageResources.index_html),
        "/icon.svg": StaticFile(mediaType: "image/svg+xml", bytes: PackageResources.icon_svg),
    ]
    let styles = [("style", PackageResources.style_css), ("room", PackageResources.room_css)]
    for (name, bytes) in styles {
        files["/\(name).css"] = StaticFile(mediaType: "text/css; charset=utf-8", bytes: bytes)
    }
    for (name, bytes) in scripts {
        files["/\(name).js"] = StaticFile(
            mediaType: "text/javascript; charset=utf-8", bytes: bytes)
    }
    return files
}()

private let scripts: [(String, [UInt8])] = [
    ("api", PackageResources.api_js),
    ("codecs", PackageResources.codecs_js),
    ("dom", PackageResources.dom_js),
    ("events", PackageResources.events_js),
    ("home", PackageResources.home_js),
    ("main", PackageResources.main_js),
    ("metrics", PackageResources.metrics_js),
    ("publication", PackageResources.publication_js),
    ("room", PackageResources.room_js),
    ("session", PackageResources.session_js),
    ("sparkline", PackageResources.sparkline_js),
    ("statistics", PackageResources.statistics_js),
    ("studio", PackageResources.studio_js),
    ("tile", PackageResources.tile_js),
    ("token", PackageResources.token_js),
    ("trickle", PackageResources.trickle_js),
    ("watcher", PackageResources.watcher_js),
]
