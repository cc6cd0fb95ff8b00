// swift-tools-version: 6.2
import PackageDescription

// One model code (swift/BunASR) on two platforms: genuine MLX Swift and Accelerate on Apple
// silicon; elsewhere the modules of the same names under swift/Linux, over the official libmlx.

#if os(Linux)
    // Filled by `./bunw run setup` with the official wheels.
    let deps = "\(Context.packageDirectory)/.deps"

    /// The library finds its neighbours whether it is opened through .build/release or the folder
    /// behind that link.
    func runPaths(_ folder: String) -> [String] {
        ["../..", "../../.."]
            .flatMap { ["-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/\($0)/.deps/\(folder)"] }
    }

    /// Paths that headers put into the library are the same wherever it is built.
    let samePaths = "-ffile-prefix-map=\(deps)=.deps"

    let platformProducts: [Product] = []
    let platformDependencies: [Package.Dependency] = []
    let modelDependencies: [Target.Dependency] = ["MLX", "MLXNN", "Accelerate"]
    let comparisonDependencies: [Target.Dependency] = ["CMLXReference"]
    let otherPlatformsComparisons: [String] = []
    let otherPlatformsTests: [String] = []
    let platformTargets: [Target] = [
        .target(
            name: "Accelerate",
            path: "swift/Linux/Accelerate",
            cxxSettings: [
                .unsafeFlags(
                    ["-I\(deps)/mlx/include", "-I\(deps)/scipy_openblas32/include", samePaths])
            ],
            linkerSettings: [
                .unsafeFlags(["-L\(deps)/scipy_openblas32/lib"] + runPaths("scipy_openblas32/lib")),
                .linkedLibrary("scipy_openblas"),
            ]
        ),
        .target(
            name: "CMLX",
            path: "swift/Linux/CMLX",
            cxxSettings: [
                .headerSearchPath("."),
                // std::bind inside MLX's headers
                .unsafeFlags(
                    ["-I\(deps)/mlx/include", "-Wno-deprecated-declarations", samePaths]),
            ],
            linkerSettings: [
                .unsafeFlags(["-L\(deps)/mlx/lib"] + runPaths("mlx/lib")),
                .linkedLibrary("mlx"),
            ]
        ),
        .target(
            // It reads the headers of CMLX as text; as a dependency they would be a module, which
            // C++ cannot import here.
            name: "CMLXReference",
            path: "swift/Linux/CMLXReference",
            cxxSettings: [
                .headerSearchPath("../CMLX"),
                .unsafeFlags(["-I\(deps)/mlx/include", "-Wno-deprecated-declarations"]),
            ]
        ),
        .target(name: "MLX", dependencies: ["CMLX"], path: "swift/Linux/MLX"),
        .target(name: "MLXNN", dependencies: ["CMLX", "MLX"], path: "swift/Linux/MLXNN"),
    ]
#else
    let platformProducts: [Product] = [
        .executable(name: "bun-asr-native", targets: ["BunASRNative"])
    ]
    let platformDependencies: [Package.Dependency] = [
        .package(url: "https://github.com/ml-explore/mlx-swift", exact: "0.31.4"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.3.0"),
    ]
    let modelDependencies: [Target.Dependency] = [
        .product(name: "MLX", package: "mlx-swift"),
        .product(name: "MLXNN", package: "mlx-swift"),
    ]
    let comparisonDependencies: [Target.Dependency] = []
    // Ops that MLX Swift has.
    let otherPlatformsComparisons = ["Linux"]
    // What the modules under swift/Linux do as MLX Swift does, or tell tests.
    let otherPlatformsTests = ["Linux"]
    let platformTargets: [Target] = [
        .executableTarget(
            name: "BunASRNative",
            dependencies: [
                "BoundaryDriver",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "swift/BunASRNative"
        )
    ]
#endif

let package = Package(
    name: "bun-asr",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "BunASR", type: .dynamic, targets: ["BunASR"]),
        .executable(name: "bun-asr-optimisations", targets: ["Optimisations"]),
    ] + platformProducts,
    dependencies: platformDependencies,
    targets: [
        .target(name: "CBunASR", path: "swift/CBunASR"),
        .target(
            name: "BunASR",
            dependencies: ["CBunASR"] + modelDependencies,
            path: "swift/BunASR"
        ),
        .target(
            name: "BoundaryDriver",
            dependencies: ["BunASR", "CBunASR"],
            path: "swift/BoundaryDriver"
        ),
        .executableTarget(
            name: "Optimisations",
            dependencies: ["BunASR"] + modelDependencies + comparisonDependencies,
            path: "bench/optimisations",
            exclude: otherPlatformsComparisons
        ),
        .testTarget(
            name: "BunASRTests",
            dependencies: ["BunASR", "BoundaryDriver", "CBunASR"] + modelDependencies,
            path: "swift/Tests/BunASRTests",
            exclude: otherPlatformsTests
        ),
    ] + platformTargets,
    cxxLanguageStandard: .cxx20
)
