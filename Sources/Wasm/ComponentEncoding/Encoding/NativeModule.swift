/// Core modules whose functions the host itself supplies. Components do not know such functions; those that Martlet
/// makes for itself import them as a core module of a reserved name.
public enum NativeModule {
    private static let prefix = "martlet:core/"

    /// The name under which a component imports the core module: `martlet:core/wasi-snapshot-preview1`.
    public static func componentName(of module: String) -> String {
        prefix + module.split(separator: "_", omittingEmptySubsequences: true).joined(separator: "-")
    }
}
