// swift-tools-version: 6.2
// Programs that feed libFuzzer's inputs to the readers; ../fuzz builds and runs them.
import PackageDescription

let ganboard = "GANBoard"

func fuzzer(_ name: String, of product: String) -> Target {
    .executableTarget(
        name: name, dependencies: ["FuzzDriver", .product(name: product, package: ganboard)])
}

let package = Package(
    name: "Fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: ganboard, path: "../..")],
    targets: [
        .target(name: "FuzzDriver"),
        fuzzer("RecordFuzzer", of: "TensorBoard"),
        fuzzer("EventFuzzer", of: "TensorBoard"),
        fuzzer("EventFileFuzzer", of: "TensorBoard"),
        fuzzer("CheckpointFuzzer", of: "Checkpoints"),
        fuzzer("SnappyFuzzer", of: "Checkpoints"),
        fuzzer("StateFuzzer", of: "Checkpoints"),
        fuzzer("NPYFuzzer", of: "Datasets"),
        fuzzer("IDXFuzzer", of: "Datasets"),
    ]
)
