// swift-tools-version: 6.2
import PackageDescription

/// Every room compiles under the same rules; a warning is an error.
let house: [SwiftSetting] = [
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "sluice",
    products: [
        .library(name: "Wire", targets: ["Wire"]),
        .library(name: "Timing", targets: ["Timing"]),
    ],
    targets: [
        // ground
        .target(name: "Wire", swiftSettings: house),
        .target(name: "Timing", dependencies: ["Wire"], swiftSettings: house),

        // tests
        .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: house),
        .testTarget(name: "TimingTests", dependencies: ["Timing", "Wire"], swiftSettings: house),
    ]
)
