import ComponentModel

/// Imports of components that are not nested: served by the host, or by other components.
extension PlanBuilder {
    func linkImports(of scope: PlanScope) throws {
        for (id, path) in scope.component.importedResources {
            if let type = hostResource(path) { scope.resources[id] = type }
        }
        // A resource type may have several names, of which the host knows one.
        for item in scope.component.imports {
            for (id, path) in resourceNames(of: item, scope.component) where scope.resources[id] == nil {
                if let type = hostResource(path) { scope.resources[id] = type }
            }
        }
        for (id, path) in scope.component.importedResources where scope.resources[id] == nil {
            scope.resources[id] = missingResource(path)
        }
        var problems: [String] = []
        // Resource types of the imports so far: whoever serves a later one has to mean the same by them.
        var known: Set<ResourceID> = []
        for item in scope.component.imports {
            if let provided = try provide(item, to: scope, known, &problems) {
                scope.arguments[item.name] = provided
            } else {
                scope.arguments[item.name] = serve(item, in: scope, &problems)
            }
            known.formUnion(resourceNames(of: item, scope.component).map(\.id))
        }
        guard problems.isEmpty else {
            throw ComponentRuntimeError(
                "The component imports what this host does not offer:\n"
                    + problems.map { "  \($0)" }.joined(separator: "\n"))
        }
    }

    // MARK: - The host

    private func hostResource(_ path: [String]) -> RuntimeResourceType? {
        switch path.count {
        case 1: linker.root.resources[path[0]]
        case 2: linker.find(path[0])?.resources[path[1]]
        default: nil
        }
    }

    /// The resource types that an import mentions, each with the names that lead to it.
    private func resourceNames(
        of item: Component.Item, _ component: Component
    ) -> [(id: ResourceID, path: [String])] {
        switch item.entity {
        case .type(.resource(let reference), _): [(reference.id, [item.name])]
        case .instance(let id):
            component.items(component.types[id].exports).flatMap { member in
                resourceNames(of: member, component).map { ($0.id, [item.name] + $0.path) }
            }
        default: []
        }
    }

    private func serve(
        _ item: Component.Item, in scope: PlanScope, _ problems: inout [String]
    ) -> PlanItem? {
        if case .module(let type) = item.entity, let number = linker.coreModuleNumbers[item.name] {
            return serve(item.name, type, number, in: scope, &problems)
        }
        guard case .instance(let id) = item.entity else {
            return serve(item, of: linker.root, in: "", scope, &problems)
        }
        return serve(id, of: linker.find(item.name), in: item.name, scope, &problems)
    }

    private func serve(
        _ id: InstanceTypeID, of interface: HostInterface?, in name: String, _ scope: PlanScope,
        _ problems: inout [String]
    ) -> PlanItem {
        var items: [(String, PlanItem)] = []
        for member in scope.component.items(scope.component.types[id].exports) {
            if let linked = serve(member, of: interface, in: name, scope, &problems) {
                items.append((member.name, linked))
            }
        }
        return .instance(InstanceItems(items))
    }

    private func serve(
        _ member: Component.Item, of interface: HostInterface?, in name: String, _ scope: PlanScope,
        _ problems: inout [String]
    ) -> PlanItem? {
        let fullName = name.isEmpty ? member.name : "\(name) \(member.name)"
        let component = scope.component
        switch member.entity {
        case .function(let id):
            let wanted = TypeDescription(component).text(id)
            guard let function = interface?.functions[member.name] else {
                return missingFunction(fullName, "\(fullName): \(wanted)", &problems)
            }
            let matcher = TypeMatcher(
                types: component.types, names: component.names, resources: scope.resources)
            guard function.matches(component.types[id], matcher) else {
                let sentence = "\(fullName): \(wanted), but the host's is \(function.description)"
                return missingFunction(fullName, sentence, &problems)
            }
            return .function(.host(function))
        case .type(.resource(let reference), _):
            guard let type = scope.resource(reference.id) else {
                problems.append("\(fullName): a resource type")
                return nil
            }
            if let offered = interface?.resources[member.name], offered != type {
                problems.append("\(fullName): another resource type than the host's")
            }
            return .resource(type)
        case .type: return .type
        // The host offers no instances in instances; an empty one needs nothing of it.
        case .instance(let id): return serve(id, of: nil, in: fullName, scope, &problems)
        case .module, .component, .value:
            problems.append("\(fullName): \(TypeDescription(component).text(member.entity))")
            return nil
        }
    }

    // MARK: - Nobody

    private func missingResource(_ path: [String]) -> RuntimeResourceType? {
        guard missing == .trapping else { return nil }
        if let type = missingResources[path] { return type }
        let type = RuntimeResourceType.host()
        missingResources[path] = type
        return type
    }

    private func missingFunction(
        _ name: String, _ sentence: String, _ problems: inout [String]
    ) -> PlanItem? {
        guard missing == .trapping else {
            problems.append(sentence)
            return nil
        }
        missingImports.append(sentence)
        return .function(.host(.missing(name)))
    }

    // MARK: - Other components

    /// An import that another component's export serves, if there is one of the name.
    private func provide(
        _ item: Component.Item, to scope: PlanScope, _ known: Set<ResourceID>, _ problems: inout [String]
    ) throws -> PlanItem? {
        // A component is served by those before it only, so there are no cycles.
        let end = providerNumbers[scope.binary] ?? linker.components.count
        guard let number = linker.provider(of: item.name, before: end) else { return nil }
        let provider = try provider(number)
        let component = provider.scope.component
        guard let found = provider.exports.find(item.name),
            let export = component.exports.first(where: { provider.exports.find(item.name, is: $0.name) })
        else { return nil }
        var comparison = TypeComparison(actual: component, wanted: scope.component)
        for (given, type) in provider.scope.resources {
            for (wanted, other) in scope.resources where other == type {
                comparison.relate(given, to: wanted)
            }
        }
        do throws(TypeComparison.Mismatch) {
            try comparison.check(export.entity, serves: item.entity)
        } catch {
            problems.append("\(item.name) \(error)")
            return nil
        }
        for (wanted, given) in comparison.resources {
            let type = provider.scope.resource(given)
            if known.contains(wanted), scope.resources[wanted] != type {
                problems.append("\(item.name): a resource type is not the one of an import before it")
            } else {
                scope.resources[wanted] = type
            }
        }
        return found
    }

    /// The instance of a component that serves others, made when it is first asked for.
    private func provider(_ number: Int) throws -> PlanProvider {
        if let provider = providers[number] { return provider }
        let binary = try addBinary(linker.components[number])
        providerNumbers[binary] = number
        let (scope, exports) = try instantiate(binary: binary)
        let provider = PlanProvider(scope: scope, exports: exports)
        providers[number] = provider
        return provider
    }
}

/// A component instance whose exports serve imports of other components.
struct PlanProvider {
    let scope: PlanScope
    let exports: InstanceItems
}
