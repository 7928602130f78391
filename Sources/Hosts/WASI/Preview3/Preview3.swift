public import ComponentRuntime

/// WASI 0.3: the interfaces of `wasi:cli`, `wasi:clocks`, `wasi:random`, `wasi:filesystem` and `wasi:sockets`,
/// each a thin skin over `GuestSystem`.
///
/// A store that runs such a component has what ``Preview2/install(_:in:limits:)`` puts there.
public enum Preview3 {
    /// The version of the packages, and the release candidate with the same functions.
    static let versions = ["0.3.0", "0.3.0-rc-2026-03-15"]

    /// Where a command's `run` may be found, newest version first.
    public static let runInterfaces = versions.map { "wasi:cli/run@\($0)" }

    /// Offers all interfaces of both versions.
    public static func define(in linker: ComponentLinker) {
        for version in versions {
            defineCLI(in: linker, version)
            defineClocks(in: linker, version)
            defineRandom(in: linker, version)
            defineFilesystem(in: linker, version)
            defineSockets(in: linker, version)
        }
    }
}
