import Testing

@testable import Recording

/// A folder that is read again only when it has changed.
@Suite struct FolderListingTests {
    private static let second: Int64 = 1_000_000_000

    private static func listing(changed: Int64?, read: Int64) -> FolderListing {
        var listing = FolderListing()
        listing.take(
            [
                "cam1_20260102_000000.ts", "cam_20260101_000000.ts", "holiday.mp4",
                "cam_20260101_000000.ts.index", "cam_20260101_120000.mp4",
            ], changed: changed, at: read)
        return listing
    }

    @Test func `what was read holds as long as the folder has not changed`() {
        let listing = Self.listing(changed: 5 * Self.second, read: 9 * Self.second)
        #expect(listing.isValid(changed: 5 * Self.second))
        #expect(!listing.isValid(changed: 5 * Self.second + 1))
        #expect(!listing.isValid(changed: nil))
        #expect(!FolderListing().isValid(changed: 0))
        #expect(!FolderListing().isValid(changed: nil))
    }

    @Test func `read in the tick of a change, it is read once more`() {
        let listing = Self.listing(changed: 5 * Self.second, read: 5 * Self.second + 4_000_000)
        #expect(!listing.isValid(changed: 5 * Self.second))
        let ahead = Self.listing(changed: 5 * Self.second, read: 4 * Self.second)
        #expect(!ahead.isValid(changed: 5 * Self.second), "a clock that went back")
    }

    @Test func `files are found by the whole of a name, or of a stem`() {
        let listing = Self.listing(changed: 0, read: Self.second)
        #expect(
            listing.files.map(\.file) == [
                "cam_20260101_000000.ts", "cam_20260101_120000.mp4", "cam1_20260102_000000.ts",
            ])
        #expect(listing.byName["cam"]?.count == 2)
        #expect(listing.byName["ca"] == nil)
        #expect(listing.byStem["cam_20260101_000000"]?.count == 1)
        #expect(listing.byStem["cam"] == nil && listing.byStem["cam_20260101"] == nil)
    }
}
