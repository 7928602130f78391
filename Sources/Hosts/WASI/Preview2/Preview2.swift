public import ComponentRuntime
public import HostSystem
public import WasmEngine

/// WASI 0.2: the interfaces of `wasi:io`, `wasi:clocks`, `wasi:random`, `wasi:cli`, `wasi:filesystem` and `wasi:sockets`,
/// each a thin skin over `GuestSystem`.
///
/// A store that runs such a component has what ``install(_:in:)`` puts there.
public enum Preview2 {
    /// The newest version of the packages; semantic versioning makes it serve every 0.2.x.
    static let version = "0.2.12"

    /// The release candidate that has the same functions as 0.2.0 in most packages.
    package static let novemberCandidate = "0.2.0-rc-2023-11-10"

    /// The release candidate before, with functions of its own.
    package static let octoberCandidate = "0.2.0-rc-2023-10-18"

    /// Where a command's `run` may be found: the interface that a component exports, newest version first.
    public static let runInterfaces = [version, novemberCandidate, octoberCandidate].map {
        "wasi:cli/run@\($0)"
    }

    /// Offers all interfaces of all versions.
    public static func define(in linker: ComponentLinker) {
        for version in [version, novemberCandidate] {
            defineIO(in: linker, version)
            defineClocks(in: linker, version)
        }
        defineOctoberIO(in: linker)
        defineOctoberClocks(in: linker)
        for version in [version, novemberCandidate, octoberCandidate] {
            defineRandom(in: linker, version)
            defineCLI(in: linker, version)
            defineFilesystem(in: linker, version)
            defineSockets(in: linker, version)
        }
    }

    /// Gives an instance its system and an empty table of resources. Called before anything of it runs.
    public static func install(
        _ system: GuestSystem, in store: Store, limits: ResourceTableLimits = ResourceTableLimits()
    ) {
        install(system, parts: [], in: store)
        installTable(in: store, limits: limits)
    }

    /// The systems alone, which a `StateProvider` can set when a guest first needs one.
    ///
    /// - Parameter parts: those of components that are linked together, by `ComponentCall.part`, which begins with 1.
    public static func install(_ system: GuestSystem, parts: [GuestSystem], in store: Store) {
        store[GuestSystem.key] = system
        if !parts.isEmpty { store[PartSystems.key] = PartSystems(parts) }
    }

    /// The empty table of resources alone.
    public static func installTable(in store: Store, limits: ResourceTableLimits = ResourceTableLimits()) {
        store[ResourceTable.key] = ResourceTable(limits: limits)
    }

    /// What ends a guest that was interrupted while it waited.
    static func trap(_ failure: HostFailure) -> Trap {
        switch failure {
        case .interrupted(let error): error as? Trap ?? .host("\(error)")
        case .code(let code): .host("the host failed: \(code)")
        }
    }
}
