@testable import Recording

extension Recordings {
    /// A recording that has not begun, as usual here.
    func order(_ name: String, _ source: String) -> RecordingOrder {
        order(RecordingRequest(name, source: source))
    }
}
