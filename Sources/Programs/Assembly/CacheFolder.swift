import WasmEngine

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where Martlet keeps what it can make again.
enum CacheFolder {
    /// `MARTLET_CACHE`, else `martlet` in `XDG_CACHE_HOME`, else in `~/.cache`.
    static func path(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        if let own = environment["MARTLET_CACHE"], !own.isEmpty { return own }
        if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") { return "\(caches)/martlet" }
        return "\(environment["HOME"] ?? "/tmp")/.cache/martlet"
    }

    static func images(for engine: Engine) throws -> ImageFolder {
        do {
            return try ImageFolder(engine: engine, path: "\(path())/images")
        } catch {
            throw OperatorError("\(error) Set MARTLET_CACHE to a folder of your own")
        }
    }

    /// Says what is compiled, which can take seconds.
    static func report(to console: Console, isQuiet: Bool) -> (ImageFolder.Event) -> Void {
        { event in
            switch event {
            case .compiling(let name, let bytes) where bytes > 100_000 && !isQuiet:
                console.error("Compiling \(name) (\(bytes / 1_000) KB) ...")
            case .compiled(let name, let duration) where duration > .seconds(1) && !isQuiet:
                console.error("Compiled \(name) in \(duration.components.seconds) s")
            case .refused(let name, let reason):
                console.error(
                    label: "warning", "the kept image of \(name) is not used: \(reason)", style: .warning)
            case .notKept(let name, let reason):
                console.error(
                    label: "warning", "the image of \(name) is not kept: \(reason)", style: .warning)
            default: break
            }
        }
    }
}
