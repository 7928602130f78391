// swift-tools-version: 6.2
import PackageDescription

// The layers of docs/architecture.md, lowest first. A module may use modules of its own layer or of a lower one;
// an upward arrow stops the build with a sentence. A test compares the `import` lines with this table.

struct Module {
    enum Kind { case swift, c, executable }

    let name: String
    let kind: Kind
    let uses: [String]
    let libraries: [Target.Dependency]
    let hasTests: Bool
    /// Folders of the tests that are data, read in place.
    let fixtures: [String]
    /// Modules that the tests use beside the module's own.
    let testUses: [String]

    init(
        _ name: String, _ kind: Kind = .swift, uses: [String] = [], libraries: [Target.Dependency] = [],
        hasTests: Bool = true, fixtures: [String] = [], testUses: [String] = []
    ) {
        self.name = name
        self.kind = kind
        self.uses = uses
        self.libraries = libraries
        self.hasTests = hasTests && kind == .swift
        self.fixtures = fixtures
        self.testUses = testUses
    }
}

struct Layer {
    let name: String
    let modules: [Module]
}

let layers: [Layer] = [
    Layer(
        name: "Wasm",
        modules: [
            Module("CWasmtime", .c),
            Module("CMemoryPages", .c),
            Module(
                "WasmEngine", uses: ["CWasmtime", "CMemoryPages"],
                libraries: [.nioConcurrencyHelpers, .nioCore, .nioPosix, .crypto, .atomics],
                testUses: ["TestSupport"]),
            Module("ComponentModel", testUses: ["TestSupport", "WasmEngine"]),
            Module(
                "ComponentRuntime", uses: ["WasmEngine", "ComponentModel"],
                libraries: [.nioConcurrencyHelpers, .nioCore, .nioPosix],
                testUses: ["ComponentEncoding", "TestSupport"]),
            Module(
                "ComponentEncoding", uses: ["ComponentModel"], testUses: ["TestSupport", "WasmEngine"]),
        ]),
    Layer(
        name: "App",
        modules: [
            Module("AppModel", testUses: ["TestSupport"]),
            Module(
                "Manifests", uses: ["AppModel", "ComponentModel", "ComponentEncoding"],
                fixtures: ["Fixtures"],
                testUses: ["TestSupport"]),
        ]),
    Layer(
        name: "Hosts",
        modules: [
            Module("CHostSystem", .c),
            Module(
                "HostSystem", uses: ["AppModel", "CHostSystem", "WasmEngine"],
                libraries: [.nioCore, .nioPosix], testUses: ["TestSupport"]),
            Module(
                "WASI", uses: ["AppModel", "HostSystem", "WasmEngine", "ComponentModel", "ComponentRuntime"],
                libraries: [.nioConcurrencyHelpers, .nioCore, .nioPosix], testUses: ["TestSupport"]),
            Module(
                "WASIHTTP",
                uses: ["AppModel", "HostSystem", "WASI", "WasmEngine", "ComponentModel", "ComponentRuntime"],
                libraries: [.nioCore, .nioHTTP1]),
            Module(
                "OutboundHTTP", uses: ["AppModel", "HostSystem", "WASIHTTP"],
                libraries: [.nioCore, .nioPosix, .nioHTTP1, .nioHTTP2, .nioSSL, .nioTLS],
                testUses: ["HTTPServer", "TestSupport"]),
        ]),
    Layer(
        name: "Work",
        modules: [
            Module(
                "HTTPServer", uses: ["AppModel"],
                libraries: [
                    .nioCore, .nioPosix, .nioHTTP1, .nioHTTP2, .nioHPACK, .nioSSL, .nioTLS,
                    .nioConcurrencyHelpers,
                ], testUses: ["TestSupport"]),
            Module(
                "AppRuntime",
                uses: [
                    "AppModel", "WasmEngine", "ComponentModel", "ComponentRuntime", "ComponentEncoding",
                    "HostSystem", "WASI", "WASIHTTP",
                ],
                libraries: [.nioCore, .nioPosix, .logging], testUses: ["TestSupport"]),
            Module(
                "HTTPTrigger",
                uses: [
                    "AppModel", "AppRuntime", "HTTPServer", "HostSystem", "WASI", "WASIHTTP", "WasmEngine",
                    "ComponentModel", "ComponentRuntime",
                ],
                libraries: [.nioCore, .nioHTTP1, .logging], testUses: ["TestSupport"]),
        ]),
    Layer(
        name: "Programs",
        modules: [
            Module(
                "Assembly",
                uses: [
                    "AppModel", "Manifests", "WasmEngine", "ComponentModel", "ComponentRuntime",
                    "ComponentEncoding", "HostSystem", "WASI", "WASIHTTP", "OutboundHTTP", "HTTPServer",
                    "AppRuntime", "HTTPTrigger",
                ],
                libraries: [.nioCore, .nioPosix, .nioHTTP1, .logging, .subprocess, .system],
                testUses: ["TestSupport"]),
            Module(
                "MartletCLI", uses: ["AppModel", "Manifests", "Assembly"], libraries: [.argumentParser],
                fixtures: ["Fixtures"]),
            Module("martlet", .executable, uses: ["MartletCLI", "Assembly"]),
        ]),
]

// The engine's shared library is put here by scripts/setup (pinned and checked by hash).
let engineFolder = "\(Context.packageDirectory)/.deps/wasmtime/lib"

let testSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// Tests talk to C functions of the system here and there; strict memory safety is for what ships.
let swiftSettings: [SwiftSetting] = testSettings + [.strictMemorySafety()]

// Relative to the built program: the build folder's place, and `make install`'s.
let linkerSettings: [LinkerSetting] = [
    .unsafeFlags([
        "-L\(engineFolder)", "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../../../.deps/wasmtime/lib",
        "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../lib/martlet",
    ])
]

extension Target.Dependency {
    static let nioCore = Self.product(name: "NIOCore", package: "swift-nio")
    static let nioPosix = Self.product(name: "NIOPosix", package: "swift-nio")
    static let nioHTTP1 = Self.product(name: "NIOHTTP1", package: "swift-nio")
    static let nioConcurrencyHelpers = Self.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
    static let nioTLS = Self.product(name: "NIOTLS", package: "swift-nio")
    static let nioEmbedded = Self.product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP2 = Self.product(name: "NIOHTTP2", package: "swift-nio-http2")
    static let nioHPACK = Self.product(name: "NIOHPACK", package: "swift-nio-http2")
    static let nioSSL = Self.product(name: "NIOSSL", package: "swift-nio-ssl")
    static let atomics = Self.product(name: "Atomics", package: "swift-atomics")
    static let crypto = Self.product(name: "Crypto", package: "swift-crypto")
    static let logging = Self.product(name: "Logging", package: "swift-log")
    static let argumentParser = Self.product(name: "ArgumentParser", package: "swift-argument-parser")
    static let system = Self.product(name: "SystemPackage", package: "swift-system")
    static let subprocess = Self.product(name: "Subprocess", package: "swift-subprocess")
}

/// The first module of `layers` that names a module of a higher layer, as a sentence.
func upwardArrow(in layers: [Layer]) -> String? {
    var rank: [String: Int] = [:]
    for (index, layer) in layers.enumerated() { for module in layer.modules { rank[module.name] = index } }
    for (index, layer) in layers.enumerated() {
        for module in layer.modules {
            for used in module.uses {
                guard let usedRank = rank[used] else {
                    return "\(module.name) uses \(used), which no layer in Package.swift declares."
                }
                if usedRank > index {
                    return """
                        \(module.name) (layer \(layer.name)) uses \(used) of the higher layer \
                        \(layers[usedRank].name): arrows point down, see docs/architecture.md.
                        """
                }
            }
        }
    }
    return nil
}

if let sentence = upwardArrow(in: layers) { fatalError(sentence) }

func targets(of layer: Layer) -> [Target] {
    layer.modules.flatMap { module -> [Target] in
        let path = "Sources/\(layer.name)/\(module.name)"
        let dependencies = module.uses.map { Target.Dependency(stringLiteral: $0) } + module.libraries
        switch module.kind {
        case .c:
            return [.target(name: module.name, path: path)]
        case .executable:
            return [
                .executableTarget(
                    name: module.name, dependencies: dependencies, path: path, swiftSettings: swiftSettings,
                    linkerSettings: linkerSettings)
            ]
        case .swift:
            let target = Target.target(
                name: module.name, dependencies: dependencies, path: path, swiftSettings: swiftSettings)
            guard module.hasTests else { return [target] }
            let tests = Target.testTarget(
                name: "\(module.name)Tests",
                dependencies: [.init(stringLiteral: module.name), .nioEmbedded] + dependencies
                    + module.testUses.map { .init(stringLiteral: $0) },
                path: "Tests/\(module.name)Tests", exclude: module.fixtures, swiftSettings: testSettings,
                linkerSettings: linkerSettings
            )
            return [target, tests]
        }
    }
}

// What the tests of several modules need: folders, a certificate, ways to wait.
let testSupport = Target.target(
    name: "TestSupport", dependencies: [.nioCore, .nioPosix, .nioSSL], path: "Tests/TestSupport",
    swiftSettings: testSettings)

// Reads the repository itself: imports, words, lengths, documents.
let tidyTests = Target.testTarget(name: "TidyTests", path: "Tests/TidyTests", swiftSettings: testSettings)

// What `make bench` runs: not part of the product.
let benchmarks: [Target] = [
    .executableTarget(
        name: "engine-bench", dependencies: ["WasmEngine", .nioCore, .nioPosix],
        path: "Benchmarks/EngineBench",
        swiftSettings: testSettings, linkerSettings: linkerSettings),
    .executableTarget(
        name: "component-bench",
        dependencies: [
            "CWasmtime", "WasmEngine", "ComponentModel", "ComponentRuntime", .nioCore, .nioPosix,
        ],
        path: "Benchmarks/ComponentBench", swiftSettings: testSettings, linkerSettings: linkerSettings),
    .executableTarget(
        name: "bare-server", dependencies: [.nioCore, .nioPosix, .nioHTTP1], path: "Benchmarks/BareServer",
        swiftSettings: testSettings),
]

// Runs the whole of it: the built program as a process, and its server within the tests.
let endToEndTests = Target.testTarget(
    name: "EndToEndTests",
    dependencies: [
        "martlet", "AppModel", "HTTPServer", "HTTPTrigger", "AppRuntime", "WasmEngine", "HostSystem",
        "OutboundHTTP", "TestSupport",
        .nioCore, .nioPosix, .nioHTTP2, .nioHPACK, .nioSSL, .logging,
    ],
    path: "Tests/EndToEndTests", swiftSettings: testSettings, linkerSettings: linkerSettings)

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "martlet", targets: ["martlet"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: layers.flatMap(targets(of:)) + [testSupport, tidyTests, endToEndTests] + benchmarks
)
