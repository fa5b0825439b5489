import PageFiles
import Signalling

/// The web page, embedded in the executable: files by the path a browser asks for.
///
/// - Parameter records: Whether rooms can be recorded here, which the page's script `features` says.
func pageFiles(records: Bool) -> [String: StaticFile] {
    var page = HousePage(
        title: "Sluice", description: "Rooms of live video: watch them, or publish your camera.",
        needs: "This page needs JavaScript to play and publish live video.",
        policy: "default-src 'self'; media-src 'self' blob: mediastream:")
    page.styles = [("home", PackageResources.home_css), ("room", PackageResources.room_css)]
    let features = "export const records = \(records);\n"
    page.scripts = scripts + [("features", Array(features.utf8))]
    return page.files.mapValues { StaticFile(headers: $0.headers, bytes: $0.bytes) }
}

private let scripts: [(name: String, bytes: [UInt8])] = [
    ("api", PackageResources.api_js),
    ("codecs", PackageResources.codecs_js),
    ("events", PackageResources.events_js),
    ("format", PackageResources.format_js),
    ("home", PackageResources.home_js),
    ("main", PackageResources.main_js),
    ("metrics", PackageResources.metrics_js),
    ("publication", PackageResources.publication_js),
    ("recording", PackageResources.recording_js),
    ("room", PackageResources.room_js),
    ("session", PackageResources.session_js),
    ("sparkline", PackageResources.sparkline_js),
    ("statistics", PackageResources.statistics_js),
    ("studio", PackageResources.studio_js),
    ("tile", PackageResources.tile_js),
    ("trickle", PackageResources.trickle_js),
    ("watcher", PackageResources.watcher_js),
]
