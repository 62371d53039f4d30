// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "GANBoard",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "gan", targets: ["gan"]),
        .library(name: "TensorBoard", targets: ["TensorBoard"]),
        .library(name: "TensorBoardMetrics", targets: ["TensorBoardMetrics"]),
        .library(name: "TensorBoardS3", targets: ["TensorBoardS3"]),
        .executable(name: "gan-s3", targets: ["gan-s3"]),
        .library(name: "Checkpoints", targets: ["Checkpoints"]),
        .library(name: "Datasets", targets: ["Datasets"]),
        .library(name: "TensorGraph", targets: ["TensorGraph"]),
    ],
    traits: [
        // What depends on a library alone says `traits: []`, and fetches nothing for the command.
        .default(enabledTraits: ["Command"]),
        .trait(name: "Command", description: "The command gan; fetches a parser of arguments."),
        .trait(
            name: "MPI", description: "Train one run on several machines; needs MPI.",
            enabledTraits: ["Command"]),
        .trait(
            name: "S3", description: "Keep logs on object stores; fetches an HTTP client.",
            enabledTraits: ["Command"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        // Fetched for the trait S3 alone.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        // The command line, and the article's program.
        .executableTarget(
            name: "gan",
            dependencies: [
                "GAN", "TensorGraph", "TensorBoard", "Checkpoints", "Datasets", "RecordIO",
                "Benchmarks", "Platform",
                .target(name: "MPIMessages", condition: .when(traits: ["MPI"])),
                .product(
                    name: "ArgumentParser", package: "swift-argument-parser",
                    condition: .when(traits: ["Command"])),
            ],
            path: "Sources/GANCommand"),
        .target(
            name: "GAN",
            dependencies: [
                "TensorGraph", "TensorBoard", "Checkpoints", "Datasets", "RecordIO", "CKernels",
                "CJudge", "CTensorBoardProtos", "Platform",
            ]),
        // What says how good samples are.
        .target(name: "CJudge", exclude: ["README.md", "judge.safetensors"]),

        // How fast all of it is.
        .target(
            name: "Benchmarks",
            dependencies: [
                "GAN", "TensorGraph", "CKernels", "CBenchmarks", "TensorBoard", "RecordIO",
                "Datasets", "Platform",
            ]),
        .target(name: "CBenchmarks", dependencies: ["CKernels"]),

        // The static graph and its kernels.
        .target(name: "TensorGraph", dependencies: ["TensorFlowTypes", "CKernels", "Platform"]),
        .target(name: "CKernels"),

        // Messages over MPI. Without the trait both are empty.
        .target(
            name: "MPIMessages",
            dependencies: [
                "TensorGraph", "Platform",
                .target(name: "CMPIMessages", condition: .when(traits: ["MPI"])),
            ]),
        .target(
            name: "CMPIMessages",
            dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"]))],
            cSettings: [.define("MPI", .when(traits: ["MPI"]))]),

        // Data types, shapes, arrays and graphs as plain values, of which all others speak.
        .target(name: "TensorFlowTypes"),

        // Event files, checkpoints, and what both are made of.
        .target(
            name: "TensorBoard",
            dependencies: [
                "TensorFlowTypes", "RecordIO", "Platform", "Bitmaps", "CTensorBoardProtos", "CZlib",
            ]),
        // Files of pictures. Apart, so that they compile beside RecordIO rather than after it.
        .target(name: "Bitmaps", dependencies: ["TensorFlowTypes", "CPNGFilter", "CZlib"]),
        .target(name: "CPNGFilter"),
        .executableTarget(name: "LogExample", dependencies: ["TensorBoard", "Platform"]),
        .target(
            name: "TensorBoardMetrics",
            dependencies: [
                "TensorBoard", "Platform",
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ]),
        // Logs on object stores. Without the trait both are empty.
        .target(
            name: "TensorBoardS3",
            dependencies: [
                "TensorBoard", .ofS3("Crypto", "swift-crypto"),
                .ofS3("AsyncHTTPClient", "async-http-client"), .ofS3("NIOCore", "swift-nio"),
                .ofS3("NIOHTTP1", "swift-nio"), .ofS3("NIOPosix", "swift-nio"),
                .ofS3("NIOSSL", "swift-nio-ssl"),
            ]),
        .executableTarget(
            name: "gan-s3",
            dependencies: [
                "TensorBoard", "TensorBoardS3",
                .product(
                    name: "ArgumentParser", package: "swift-argument-parser",
                    condition: .when(traits: ["Command"])),
            ],
            path: "Sources/S3Command"),
        .executableTarget(name: "WriterBenchmark", dependencies: ["TensorBoard", "RecordIO"]),
        .target(
            name: "Checkpoints",
            dependencies: ["TensorFlowTypes", "RecordIO", "Platform", "CTensorBoardProtos"]),
        .target(name: "RecordIO", dependencies: ["CRecordIO", "Platform"]),
        .target(name: "CRecordIO"),
        .target(name: "Platform"),
        .target(name: "CTensorBoardProtos", dependencies: ["CProtobufC"]),

        // MNIST.
        .target(
            name: "Datasets",
            dependencies: ["TensorFlowTypes", "RecordIO", "Platform", "CMNISTSample", "CZlib"]),
        .target(
            name: "CMNISTSample",
            exclude: [
                "README.md", "make-sample", "mnist-6000.idx3.gz", "mnist-6000.idx1.gz",
            ]),

        // Libraries of the system.
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"]), .brew(["protobuf-c"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

        .systemLibrary(
            name: "CMPI", pkgConfig: "mpi",
            providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),

        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .target(
            name: "CKernelChecks", dependencies: ["CKernels", "CRecordIO"],
            path: "Tests/CKernelChecks"),
        .testTarget(name: "TensorFlowTypesTests", dependencies: ["TensorFlowTypes"]),
        .testTarget(name: "RecordIOTests", dependencies: ["RecordIO", "TestSupport"]),
        .testTarget(
            name: "TensorBoardTests",
            dependencies: ["TensorBoard", "CPNGFilter", "RecordIO", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "TensorBoardMetricsTests",
            dependencies: [
                "TensorBoardMetrics", "TensorBoard", "TestSupport",
                .product(name: "Metrics", package: "swift-metrics"),
            ]),
        .testTarget(
            name: "TensorBoardS3Tests",
            dependencies: [
                "TensorBoardS3", "TensorBoard", "gan-s3", "TestSupport",
                .ofS3("NIOCore", "swift-nio"), .ofS3("NIOHTTP1", "swift-nio"),
                .ofS3("NIOPosix", "swift-nio"), .ofS3("NIOSSL", "swift-nio-ssl"),
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "CheckpointsTests",
            dependencies: ["Checkpoints", "RecordIO", "CZlib", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "DatasetsTests", dependencies: ["Datasets", "RecordIO", "CZlib", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "CKernelsTests",
            dependencies: ["CKernels", "CKernelChecks", "Platform", "TestSupport"]),
        .testTarget(
            name: "TensorGraphTests",
            dependencies: [
                "TensorGraph", "GAN", "Datasets", "TestSupport", "CAllocationCounter",
            ]),
        .testTarget(
            name: "GANTests",
            dependencies: ["GAN", "TensorGraph", "Checkpoints", "TensorBoard", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "GANCommandTests",
            dependencies: [
                "gan", "LogExample", "GAN", "TensorBoard", "Checkpoints", "Datasets", "Benchmarks",
                "TestSupport",
            ]),
        .testTarget(
            name: "RepositoryTests",
            dependencies: [
                "GAN", "TensorGraph", "TensorBoard", "Checkpoints", "Datasets", "Benchmarks",
                "TestSupport",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c17
)

extension Target.Dependency {
    /// A product of another package, fetched and built for the trait S3 alone.
    static func ofS3(_ product: String, _ package: String) -> Target.Dependency {
        .product(name: product, package: package, condition: .when(traits: ["S3"]))
    }
}

/// Whether a debug build is to compute as fast as a program in use, as `tools/test` wants it. The kernels,
/// and the modules that make plans of graphs and judge samples, take a little longer to compile then, and
/// save their users more.
let computesFast = Context.environment["GANBOARD_FAST_DEBUG"] != nil

for target in package.targets where target.type != .system {
    var settings: [SwiftSetting] = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .treatAllWarnings(as: .error),
    ]
    if computesFast, ["TensorFlowTypes", "TensorGraph", "GAN"].contains(target.name) {
        settings.append(.unsafeFlags(["-O", "-assert-config", "Debug"]))
    }
    target.swiftSettings = settings
    // Of a Swift target it would be an option for Clang, of which a package that depends on this one by
    // its address keeps the one half alone, and does not build.
    if target.name.hasPrefix("C"), target.name.prefix(2).allSatisfy(\.isUppercase) {
        var settings: [CSetting] = [.treatAllWarnings(as: .error)]
        if computesFast { settings.append(.unsafeFlags(["-O2"])) }
        target.cSettings = (target.cSettings ?? []) + settings
    }
}
