// swift-tools-version: 6.2
import PackageDescription

// A service that has targets of common names and embeds Sluice all the same.
let package = Package(
    name: "embedding",
    dependencies: [.package(name: "sluice", path: "../..")],
    targets: [
        .target(name: "Metrics"),
        .target(name: "Crypto"),
        .target(name: "Logging"),
        .executableTarget(
            name: "Host",
            dependencies: [
                "Crypto", "Logging", "Metrics", .product(name: "Sluice", package: "sluice"),
            ]),
    ]
)
