import PageFiles
import Web

/// The recordings page, embedded in the library: answers by the path a browser asks for.
let pageFiles: [String: HTTPResponse] = {
    var page = HousePage(
        title: "Sluice recordings",
        description: "Recordings: watch them while they grow, download them, or a part of them.",
        needs: "This page needs JavaScript to list and play recordings.",
        policy: "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:")
    page.styles = [("recordings", PackageResources.recordings_css)]
    page.scripts = [
        ("api", PackageResources.api_js), ("choice", PackageResources.choice_js),
        ("export", PackageResources.export_js), ("format", PackageResources.format_js),
        ("list", PackageResources.list_js), ("main", PackageResources.main_js),
        ("places", PackageResources.places_js), ("player", PackageResources.player_js),
        ("playlist", PackageResources.playlist_js), ("watch", PackageResources.watch_js),
    ]
    return page.files.mapValues { file in
        HTTPResponse(
            status: 200, headers: file.headers + [("referrer-policy", "no-referrer")],
            body: .bytes(file.bytes))
    }
}()
