import ComponentModel

extension World {
    /// The world of a module that embeds none: the interfaces that the names of its imports and exports refer to, with
    /// Martlet's own definitions of them.
    ///
    /// A package has the version in which the module mentions it first. Those that it does not mention, and that others
    /// need, have the version that is mentioned of the other packages of WASI.
    init(
        namesOf module: CoreModule, library: WITSources = InterfaceLibrary.sources
    ) throws(EncodingError) {
        var imports: [String] = []
        for (module, name) in module.imports {
            switch CoreImportName(module: module, name: name, isPlainInterface: { _ in false }) {
            case .function(let interface?, _, _)?, .resource(_, let interface?, _, ofExport: false)?,
                .channel(_, let interface?, _, ofExport: false)?:
                imports.append(interface)
            default: break
            }
        }
        var exports: [String] = []
        for name in module.exportedFunctions {
            if case .function(let interface?, _, _) = CoreExportName(name), interface.contains("/") {
                exports.append(interface)
            }
        }
        var builder = WorldBuilder(library, world: "root")
        builder.versions = Self.versions(of: imports + exports, library)
        do throws(WITError) {
            for name in exports {
                let (package, interface) = try Self.path(name)
                builder.announceExport(package, interface.text)
            }
            for name in imports {
                let (package, interface) = try Self.path(name)
                _ = try builder.addImport(package, interface)
            }
            for name in exports {
                let (package, interface) = try Self.path(name)
                _ = try builder.addExport(package, interface)
            }
        } catch {
            throw EncodingError(
                """
                The module embeds no description of its world, and Martlet has no definition of an interface that it \
                uses: \(error.message).
                """)
        }
        self = builder.world
    }

    private static func path(_ name: String) throws(WITError) -> (WITPackageName, WITName) {
        var parser = try WITParser("", file: "names")
        let (path, version) = InterfaceVersion.split(name)
        parser = try WITParser(path, file: name)
        let parsed = try parser.path()
        var package = parsed.package ?? WITPackageName(namespace: "local", name: "root", version: nil)
        package.version = version.map(InterfaceVersion.completed)
        return (package, parsed.name)
    }

    private static func versions(of names: [String], _ library: WITSources) -> [String: String] {
        var versions: [String: String] = [:]
        // By what is compatible: `0.2`.
        var ofWASI: [String: String] = [:]
        for name in names {
            let (path, version) = InterfaceVersion.split(name)
            guard let version, let key = InterfaceVersion.key(version), let slash = path.firstIndex(of: "/")
            else {
                continue
            }
            let package = "\(path[..<slash])@\(key)"
            let full = InterfaceVersion.completed(version)
            if versions[package] == nil { versions[package] = full }
            if path.hasPrefix("wasi:"), ofWASI[key] == nil { ofWASI[key] = full }
        }
        for package in library.packages where package.name.namespace == "wasi" {
            guard let key = InterfaceVersion.key(package.name.version), let version = ofWASI[key] else {
                continue
            }
            let name = "\(package.name.path)@\(key)"
            if versions[name] == nil { versions[name] = version }
        }
        return versions
    }
}
