extension WITSources {
    /// Elaborates a world of the texts.
    ///
    /// - Parameter name: `world`, `namespace:package/world` or with a version; nil when there is one world only.
    /// - Throws: ``WITError``, or ``EncodingError`` when the name is missing, unknown or ambiguous.
    public func world(_ name: String? = nil) throws -> World {
        let all = packages.flatMap { package in
            package.worlds.map { (package: package.name, syntax: $0.syntax, uses: $0.uses) }
        }
        let found = all.filter { candidate in
            guard let name else { return true }
            let full = candidate.package.interface(candidate.syntax.name.text)
            return candidate.syntax.name.text == name || full == name
                || InterfaceVersion.split(full).path == name
        }
        guard found.count == 1, let match = found.first else {
            let list = all.map { $0.package.interface($0.syntax.name.text) }.joined(separator: ", ")
            guard !all.isEmpty else { throw EncodingError("The WIT texts declare no world.") }
            throw EncodingError(
                found.isEmpty
                    ? "The WIT texts declare no world \"\(name ?? "")\"; there is: \(list)."
                    : "Say which world is meant; there is: \(list).")
        }
        var builder = WorldBuilder(self, world: match.package.interface(match.syntax.name.text))
        let context = WorldBuilder.Context(package: match.package, uses: match.uses)
        var flat = FlatWorld()
        try flatten(match.syntax, context, renaming: [:], into: &flat, depth: 0)
        try build(flat, with: &builder)
        return builder.world
    }

    /// The members of a world with those of the worlds that it includes.
    private struct FlatWorld {
        var members: [(member: WITWorldSyntax.Member, context: WorldBuilder.Context)] = []
        var names: Set<String> = []
    }

    private func flatten(
        _ syntax: WITWorldSyntax, _ context: WorldBuilder.Context, renaming: [String: String],
        into flat: inout FlatWorld, depth: Int
    ) throws(WITError) {
        guard depth < limits.nesting else {
            throw syntax.name.place.error("world \"\(syntax.name.text)\" includes itself")
        }
        for member in syntax.members {
            guard case .include(let path, let names) = member else {
                flat.members.append((renamed(member, renaming), context))
                continue
            }
            let target = path.package == nil ? context.uses[path.name.text] ?? path : path
            let packageName = target.package ?? context.package
            guard let package = package(packageName),
                let (included, uses) = package.worlds.first(where: { $0.syntax.name.text == target.name.text }
                )
            else {
                throw path.name.place.error(
                    "there is no world \(packageName.interface(path.name.text)) among the WIT texts")
            }
            try flatten(
                included, WorldBuilder.Context(package: package.name, uses: uses), renaming: names,
                into: &flat,
                depth: depth + 1)
        }
    }

    private func renamed(_ member: WITWorldSyntax.Member, _ names: [String: String]) -> WITWorldSyntax.Member
    {
        func renamed(_ item: WITWorldSyntax.Item) -> WITWorldSyntax.Item {
            switch item {
            case .path: return item
            case .function(var function):
                function.name.text = names[function.name.text] ?? function.name.text
                return .function(function)
            case .interface(var interface):
                interface.name.text = names[interface.name.text] ?? interface.name.text
                return .interface(interface)
            }
        }
        switch member {
        case .importItem(let item): return .importItem(renamed(item))
        case .export(let item): return .export(renamed(item))
        default: return member
        }
    }

    private func build(_ flat: FlatWorld, with builder: inout WorldBuilder) throws(WITError) {
        for case (.export(.path(let path)), let context) in flat.members {
            let (package, interface) = try builder.resolve(path, in: context)
            builder.announceExport(package, interface.text)
        }
        // Types of the world first: functions refer to them wherever they stand.
        var scopes: [WITPackageName: WorldBuilder.Scope] = [:]
        for (member, context) in flat.members {
            var scope =
                scopes[context.package]
                ?? WorldBuilder.Scope(context: context, interface: nil, isExport: false)
            switch member {
            case .use(let use): try builder.add(use, to: &scope)
            case .type(let type): try builder.add([.type(type)], to: &scope)
            default: break
            }
            scopes[context.package] = scope
        }
        var seen: Set<String> = []
        for (member, context) in flat.members {
            var scope =
                scopes[context.package]
                ?? WorldBuilder.Scope(context: context, interface: nil, isExport: false)
            switch member {
            case .importItem(.path(let path)):
                let (package, interface) = try builder.resolve(path, in: context)
                _ = try builder.addImport(package, interface)
            case .export(.path(let path)):
                let (package, interface) = try builder.resolve(path, in: context)
                _ = try builder.addExport(package, interface)
            case .importItem(.function(let syntax)):
                guard seen.insert("import \(syntax.name.text)").inserted else { continue }
                builder.addFunctionImport(try builder.function(syntax, resource: nil, in: &scope))
            case .export(.function(let syntax)):
                guard seen.insert("export \(syntax.name.text)").inserted else { continue }
                builder.addFunctionExport(try builder.function(syntax, resource: nil, in: &scope))
            case .importItem(.interface(let syntax)):
                guard seen.insert("import \(syntax.name.text)").inserted else { continue }
                try builder.addInterface(syntax, context: context, isExport: false)
            case .export(.interface(let syntax)):
                guard seen.insert("export \(syntax.name.text)").inserted else { continue }
                try builder.addInterface(syntax, context: context, isExport: true)
            case .use, .type, .include: break
            }
        }
    }
}
