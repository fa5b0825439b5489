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
        .library(name: "Pacer", targets: ["Pacer"]),
        .library(name: "Ciphers", targets: ["Ciphers"]),
        .library(name: "Codecs", targets: ["Codecs"]),
        .library(name: "RTP", targets: ["RTP"]),
        .library(name: "RTSP", targets: ["RTSP"]),
        .library(name: "Muxer", targets: ["Muxer"]),
        .library(name: "Audio", targets: ["Audio"]),
        .library(name: "MediaFile", targets: ["MediaFile"]),
        .library(name: "Pictures", targets: ["Pictures"]),
        .library(name: "SDP", targets: ["SDP"]),
        .library(name: "WebRTC", targets: ["WebRTC"]),
        .library(name: "Reactor", targets: ["Reactor"]),
        .library(name: "Web", targets: ["Web"]),
        .library(name: "Fetch", targets: ["Fetch"]),
        .library(name: "WHIP", targets: ["WHIP"]),
        .library(name: "Signalling", targets: ["Signalling"]),
        .library(name: "Camera", targets: ["Camera"]),
        .library(name: "Recording", targets: ["Recording"]),
        .library(name: "Relaying", targets: ["Relaying"]),
        .library(name: "SFU", targets: ["SFU"]),
        .library(name: "Telemetry", targets: ["Telemetry"]),
        .library(name: "Service", targets: ["Service"]),
        .library(name: "Sluice", targets: ["Sluice"]),
        .library(name: "Simulation", targets: ["Simulation"]),
        .executable(name: "sfu", targets: ["SFUServer"]),
        .library(name: "RecordingAPI", targets: ["RecordingAPI"]),
        .executable(name: "recorder", targets: ["Recorder"]),
        .executable(name: "relay", targets: ["Relay"]),
    ],
    targets: [
        // ground
        .target(name: "Wire", swiftSettings: house),
        .target(name: "Timing", dependencies: ["Wire"], swiftSettings: house),
        .target(name: "Pacer", dependencies: ["Timing", "Wire"], swiftSettings: house),
        .target(name: "Telemetry", swiftSettings: house),

        // protocols
        .target(name: "Codecs", dependencies: ["Wire"], swiftSettings: house),
        .target(name: "SDP", dependencies: ["Wire"], swiftSettings: house),
        .target(
            name: "Ciphers", dependencies: ["CCiphers", "COpenSSL", "Timing"],
            swiftSettings: house),

        // media
        .target(name: "RTP", dependencies: ["Codecs", "Timing", "Wire"], swiftSettings: house),
        .target(
            name: "RTSP", dependencies: ["Ciphers", "SDP", "Timing", "Wire"], swiftSettings: house),
        .target(name: "Muxer", dependencies: ["Codecs", "Timing", "Wire"], swiftSettings: house),
        .target(
            name: "Audio", dependencies: ["CFFmpeg", "COpus", "Codecs"], swiftSettings: house),
        .target(
            name: "Pictures", dependencies: ["CPictures", "Codecs"], swiftSettings: house),
        .target(
            name: "MediaFile", dependencies: ["CAVFormat", "Codecs", "Wire"], swiftSettings: house),

        // engines
        .target(
            name: "WebRTC",
            dependencies: ["Ciphers", "Codecs", "RTP", "SDP", "Timing", "Wire"],
            swiftSettings: house),
        .target(
            name: "SFU",
            dependencies: ["Ciphers", "Codecs", "RTP", "SDP", "Timing", "WebRTC", "Wire"],
            swiftSettings: house),

        // shell
        .target(
            name: "Reactor", dependencies: ["CSystem", "Ciphers", "Timing", "Wire"],
            swiftSettings: house),
        .target(name: "Web", dependencies: ["CWeb"], swiftSettings: house),
        .target(name: "Fetch", dependencies: ["CFetch", "CSystem"], swiftSettings: house),
        .target(name: "WHIP", dependencies: ["CJansson", "Fetch"], swiftSettings: house),
        .target(
            name: "Service", dependencies: ["CJansson", "CSystem", "Reactor", "Timing", "Wire"],
            swiftSettings: house),
        .target(
            name: "PageFiles", resources: [.embedInCode("Shared")], swiftSettings: house),

        // sessions
        .target(
            name: "Camera",
            dependencies: ["Ciphers", "Codecs", "RTP", "RTSP", "SDP", "Timing", "Wire"],
            swiftSettings: house),
        .target(
            name: "Relaying",
            dependencies: [
                "Audio", "Camera", "Ciphers", "Codecs", "Fetch", "MediaFile", "Pacer", "RTP",
                "RTSP",
                "Reactor", "SDP", "Timing", "WHIP", "WebRTC", "Wire",
            ],
            swiftSettings: house),
        .target(
            name: "Recording",
            dependencies: [
                "Camera", "Ciphers", "Codecs", "Fetch", "Muxer", "RTP", "RTSP", "Reactor", "SDP",
                "SFU",
                "Timing", "WHIP", "WebRTC", "Wire",
            ],
            swiftSettings: house),
        .target(
            name: "Sluice",
            dependencies: ["Ciphers", "Reactor", "SDP", "SFU", "Timing", "WebRTC", "Wire"],
            swiftSettings: house),
        .target(
            name: "Signalling",
            dependencies: [
                "Ciphers", "Reactor", "SFU", "Sluice", "Telemetry", "Timing", "Web", "WebRTC",
            ],
            swiftSettings: house),

        // beside
        .target(
            name: "Simulation",
            dependencies: ["Ciphers", "Pacer", "RTP", "Timing", "WebRTC", "Wire"],
            swiftSettings: house),

        .target(
            name: "RecordingAPI",
            dependencies: [
                "Codecs", "Muxer", "PageFiles", "Pictures", "Reactor", "Recording", "Service",
                "Telemetry", "Timing", "WHIP", "Web",
            ],
            resources: [.embedInCode("Page")],
            swiftSettings: house),

        // doors
        .executableTarget(
            name: "SFUServer",
            dependencies: [
                "Ciphers", "Muxer", "PageFiles", "Reactor", "Recording", "RecordingAPI", "Service",
                "Signalling", "Sluice", "Timing", "Web",
            ],
            resources: [.embedInCode("Page")],
            swiftSettings: house),

        .executableTarget(
            name: "Relay",
            dependencies: [
                "MediaFile", "Pacer", "Reactor", "Relaying", "Service", "Telemetry", "Timing",
                "Web",
            ],
            swiftSettings: house),
        .executableTarget(
            name: "Recorder",
            dependencies: [
                "Muxer", "Reactor", "Recording", "RecordingAPI", "Service", "Timing", "Web", "Wire",
            ],
            swiftSettings: house),

        // benchmarks
        .executableTarget(
            name: "LoadGenerator",
            dependencies: ["CLoad", "Ciphers", "Reactor", "SDP", "Timing", "WebRTC", "Wire"],
            path: "Benchmarks/LoadGenerator", swiftSettings: house),
        .target(name: "CLoad", path: "Benchmarks/CLoad"),
        .executableTarget(
            name: "FanOut", dependencies: ["Ciphers", "SDP", "SFU", "Timing", "WebRTC", "Wire"],
            path: "Benchmarks/FanOut", swiftSettings: house),
        .executableTarget(
            name: "PacerBench",
            dependencies: ["Pacer", "Reactor", "Simulation", "Timing", "Wire"],
            path: "Benchmarks/PacerBench", swiftSettings: house),
        .executableTarget(
            name: "PayloadBench", dependencies: ["Codecs", "RTP", "Timing", "Wire"],
            path: "Benchmarks/PayloadBench", swiftSettings: house),
        .executableTarget(
            name: "ContainerBenchmark", dependencies: ["Codecs", "Muxer", "Timing", "Wire"],
            path: "Benchmarks/Containers", swiftSettings: house),
        .executableTarget(
            name: "Sealing", dependencies: ["CCiphers"], path: "Benchmarks/Sealing"),
        .executableTarget(
            name: "ClosingBenchmark", dependencies: ["Codecs", "Muxer", "Timing", "Wire"],
            path: "Benchmarks/Closing", swiftSettings: house),
        .executableTarget(
            name: "SeekingBenchmark",
            dependencies: [
                "Codecs", "Muxer", "Recording", "RecordingAPI", "Timing", "Web", "Wire",
            ],
            path: "Benchmarks/Seeking", swiftSettings: house),
        .executableTarget(name: "Floor", dependencies: ["CCiphers"], path: "Benchmarks/Floor"),

        // C modules
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSRTP", pkgConfig: "libsrtp2", providers: [.apt(["libsrtp2-dev"])]),
        .systemLibrary(
            name: "CLibWebSockets", pkgConfig: "libwebsockets",
            providers: [.apt(["libwebsockets-dev"])]),
        .systemLibrary(
            name: "CFFmpeg", pkgConfig: "libavcodec",
            providers: [.apt(["libavcodec-dev", "libavutil-dev", "libswresample-dev"])]),
        .systemLibrary(
            name: "CAVFormat", pkgConfig: "libavformat", providers: [.apt(["libavformat-dev"])]),
        .systemLibrary(name: "COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
        .target(
            name: "CCiphers", dependencies: ["COpenSSL"],
            cSettings: [.define("OPENSSL_SUPPRESS_DEPRECATED")]),  // SHA_CTX: HMAC's midstates
        .target(name: "CWeb", dependencies: ["CLibWebSockets"]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CFetch", dependencies: ["CCurl"]),
        .systemLibrary(
            name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .target(name: "CPictures"),
        .target(name: "CSystem"),

        // tests
        .testTarget(
            name: "SFUTests",
            dependencies: ["Ciphers", "Codecs", "RTP", "SDP", "SFU", "Timing", "WebRTC", "Wire"],
            swiftSettings: house),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Ciphers", "Codecs", "RTP", "RoomFixtures", "SDP", "SFU", "Simulation", "Timing",
                "WebRTC", "Wire",
            ],
            swiftSettings: house),
        .testTarget(
            name: "ServiceTests", dependencies: ["Reactor", "Service", "Timing", "Wire"],
            swiftSettings: house),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"], swiftSettings: house),
        .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: house),
        .testTarget(
            name: "CameraTests", dependencies: ["Camera", "RTP", "RTSP", "Timing"],
            swiftSettings: house),
        .testTarget(
            name: "RecordingTests",
            dependencies: [
                "Ciphers", "Codecs", "Muxer", "RTP", "RTSP", "Reactor", "Recording", "RoomFixtures",
                "SDP", "SFU", "Timing", "WebRTC", "Wire",
            ],
            swiftSettings: house),
        .testTarget(
            name: "RecordingAPITests",
            dependencies: [
                "Codecs", "Muxer", "RTP", "Reactor", "Recording", "RecordingAPI", "Service",
                "Timing", "Web", "Wire",
            ],
            swiftSettings: house),
        .testTarget(
            name: "RelayingTests",
            dependencies: [
                "Ciphers", "Codecs", "Fetch", "MediaFile", "Pacer", "RTP", "RTSP", "Relaying",
                "SDP", "SFU",
                "Timing",
                "WHIP", "WebRTC",
                "Wire",
            ],
            swiftSettings: house),
        .testTarget(name: "PicturesTests", dependencies: ["Pictures"], swiftSettings: house),
        .testTarget(name: "WHIPTests", dependencies: ["Fetch", "WHIP"], swiftSettings: house),
        .testTarget(
            name: "PacerTests", dependencies: ["Pacer", "Simulation", "Timing"],
            swiftSettings: house),
        .testTarget(name: "TimingTests", dependencies: ["Timing"], swiftSettings: house),
        .testTarget(
            name: "CiphersTests",
            dependencies: ["Ciphers", "CSRTP", "CTestClock", "Timing"],
            swiftSettings: house
        ),
        .target(name: "CTestClock", path: "Tests/CTestClock"),
        .target(
            name: "RoomFixtures",
            dependencies: ["Ciphers", "RTP", "SDP", "SFU", "Timing", "WebRTC", "Wire"],
            path: "Tests/RoomFixtures", swiftSettings: house),
        .testTarget(name: "CodecsTests", dependencies: ["Codecs", "Wire"], swiftSettings: house),
        .testTarget(
            name: "AudioTests", dependencies: ["Audio", "CFFmpeg", "COpus", "Codecs"],
            swiftSettings: house),
        .testTarget(
            name: "MediaFileTests",
            dependencies: ["Codecs", "MediaFile", "Muxer", "Timing", "Wire"],
            swiftSettings: house),
        .testTarget(
            name: "MuxerTests", dependencies: ["CAVFormat", "Codecs", "Muxer", "Timing", "Wire"],
            swiftSettings: house),
        .testTarget(
            name: "RTPTests",
            dependencies: ["Codecs", "RTP", "Timing", "Wire"],
            swiftSettings: house
        ),
        .testTarget(
            name: "RTSPTests", dependencies: ["RTSP", "SDP", "Timing", "Wire"],
            swiftSettings: house),
        .testTarget(
            name: "ReactorTests",
            dependencies: ["Reactor", "Timing", "Wire"],
            swiftSettings: house
        ),
        .testTarget(name: "SDPTests", dependencies: ["SDP", "Wire"], swiftSettings: house),
        .testTarget(
            name: "WebRTCTests",
            dependencies: ["Ciphers", "Codecs", "RTP", "SDP", "Timing", "WebRTC", "Wire"],
            resources: [.copy("Fixtures")],
            swiftSettings: house
        ),
        .testTarget(name: "WebTests", dependencies: ["Web"], swiftSettings: house),
        .testTarget(
            name: "SluiceTests", dependencies: ["SFU", "Sluice"], swiftSettings: house),
        .testTarget(
            name: "SignallingTests",
            dependencies: ["Ciphers", "Signalling", "Web"],
            swiftSettings: house
        ),
        .testTarget(
            name: "InteropTests",
            dependencies: [
                "Ciphers", "Codecs", "Fetch", "Muxer", "RTP", "RTSP", "Reactor", "Relaying", "SDP",
                "SFU", "Service", "Timing", "WHIP", "Web", "WebRTC", "Wire",
            ],
            exclude: ["Support"],
            swiftSettings: house),
    ]
)
