import ComponentModel

/// Imports of the outermost component, which the host serves.
extension PlanBuilder {
    func linkImports(of scope: PlanScope) throws(ComponentRuntimeError) {
        for (id, path) in root.importedResources {
            if let type = hostResource(path) { scope.resources[id] = type }
        }
        let matcher = TypeMatcher(types: root.types, names: root.names, resources: scope.resources)
        var problems: [String] = []
        for item in root.imports {
            scope.arguments[item.name] = link(item, matcher, scope, &problems)
        }
        guard problems.isEmpty else {
            throw ComponentRuntimeError(
                "The component imports what this host does not offer:\n"
                    + problems.map { "  \($0)" }.joined(separator: "\n"))
        }
    }

    private func hostResource(_ path: [String]) -> RuntimeResourceType? {
        switch path.count {
        case 1: linker.root.resources[path[0]]
        case 2: linker.find(path[0])?.resources[path[1]]
        default: nil
        }
    }

    private func link(
        _ item: Component.Item, _ matcher: TypeMatcher, _ scope: PlanScope, _ problems: inout [String]
    ) -> PlanItem? {
        switch item.entity {
        case .instance(let id):
            let interface = linker.find(item.name)
            var items: [(String, PlanItem)] = []
            for member in root.items(root.types[id].exports) {
                guard
                    let linked = self.member(member, of: interface, in: item.name, matcher, scope, &problems)
                else { continue }
                items.append((member.name, linked))
            }
            return .instance(InstanceItems(items))
        case .function, .type: return member(item, of: linker.root, in: "", matcher, scope, &problems)
        case .module, .component, .value:
            problems.append("\(item.name): a \(item.entity.sort.name)")
            return nil
        }
    }

    private func member(
        _ member: Component.Item, of interface: HostInterface?, in name: String, _ matcher: TypeMatcher,
        _ scope: PlanScope, _ problems: inout [String]
    ) -> PlanItem? {
        let fullName = name.isEmpty ? member.name : "\(name) \(member.name)"
        switch member.entity {
        case .function(let id):
            let wanted = TypeDescription(root).text(id)
            guard let function = interface?.functions[member.name] else {
                problems.append("\(fullName): \(wanted)")
                return nil
            }
            guard function.matches(root.types[id], matcher) else {
                problems.append("\(fullName): \(wanted), but the host's is \(function.description)")
                return nil
            }
            return .function(.host(function))
        case .type(.resource(let reference), _):
            guard let type = scope.resource(reference.id) else {
                problems.append("\(fullName): a resource type")
                return nil
            }
            return .resource(type)
        case .type: return .type
        case .instance, .module, .component, .value:
            problems.append("\(fullName): a \(member.entity.sort.name)")
            return nil
        }
    }
}
