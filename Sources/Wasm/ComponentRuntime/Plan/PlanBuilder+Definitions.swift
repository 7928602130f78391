import ComponentModel
import WasmEngine

/// The definitions of a component, one after the other.
extension PlanBuilder {
    /// Walks through a component and gives its exports.
    func walk(_ scope: PlanScope) throws(ComponentRuntimeError) -> InstanceItems {
        var exports: [(String, PlanItem)] = []
        for (number, definition) in scope.component.definition.scopes[scope.number].definitions.enumerated() {
            try add(definition.kind, number: number, to: scope, &exports)
        }
        finish(scope)
        return InstanceItems(exports)
    }

    private func add(
        _ kind: Definition.Kind, number: Int, to scope: PlanScope, _ exports: inout [(String, PlanItem)]
    ) throws(ComponentRuntimeError) {
        switch kind {
        case .coreModule(let index): scope.modules.append(binaries[scope.binary].firstModule + index)
        case .coreInstantiate(let module, let arguments):
            try instantiateModule(scope.modules[Int(module)], arguments, in: scope)
        case .coreInstanceOfExports(let range): addCoreInstance(of: range, to: scope)
        case .coreType: break
        case .component(let index):
            scope.components.append(
                ComponentClosure(binary: scope.binary, scope: index, outer: scope.snapshot))
        case .instantiate(let component, let range):
            try instantiate(scope.components[Int(component)], range, number: number, in: scope)
        case .instanceOfExports(let range):
            let items = scope.component.definition.exports[range.indices].map { export in
                (scope.component.names[export.name.name], item(export.sort, export.index, in: scope))
            }
            scope.instances.append(InstanceItems(items))
        case .alias(let alias): addAlias(alias, to: scope)
        case .type(let index):
            if case .resource(_, let destructor) = scope.component.definition.types[index] {
                addResource(destructor: destructor, to: scope)
            }
            scope.typeCount += 1
        case .canonical(let canonical): try addCanonical(canonical, to: scope)
        case .start:
            throw ComponentRuntimeError("The component has a start definition, which no tool makes any more.")
        case .importItem(let name, _): try addImport(scope.component.names[name.name], to: scope)
        case .export(let name, let sort, let index, _):
            let text = scope.component.names[name.name]
            let exported = item(sort, index, in: scope)
            exports.append((text, exported))
            append(exported, sort, to: scope)
            linkExportedResources(name.name, sort, index, in: scope)
        }
    }

    /// The item of an index space.
    func item(_ sort: ComponentSort, _ index: UInt32, in scope: PlanScope) -> PlanItem {
        switch sort {
        case .coreModule: return .module(scope.modules[Int(index)])
        case .function: return .function(scope.functions[Int(index)])
        case .instance: return .instance(scope.instances[Int(index)])
        case .component: return .component(scope.components[Int(index)])
        case .value: return .type
        case .type:
            guard case .resource(let reference) = scope.spaces.types[Int(index)],
                let type = scope.resource(reference.id)
            else { return .type }
            return .resource(type)
        }
    }

    /// An import, alias or export gives an item an index of its own.
    func append(_ item: PlanItem, _ sort: ComponentSort, to scope: PlanScope) {
        switch item {
        case .module(let module): scope.modules.append(module)
        case .function(let function): scope.functions.append(function)
        case .instance(let instance): scope.instances.append(instance)
        case .component(let component): scope.components.append(component)
        case .resource, .type: if sort == .type { scope.typeCount += 1 }
        }
    }

    private func addResource(destructor: UInt32?, to scope: PlanScope) {
        guard case .resource(let reference) = scope.spaces.types[scope.typeCount] else { return }
        let type = RuntimeResourceType(rawValue: UInt32(resources.count))
        resources.append(
            ResourcePlan(
                instance: scope.instance,
                destructor: destructor.map { functionNumber(scope.coreFunctions[Int($0)]) }))
        scope.resources[reference.id] = type
        instances[scope.instance].ownResourceTypes.insert(type)
    }

    // MARK: - Core instances

    private func instantiateModule(
        _ module: Int, _ range: PoolRange, in scope: PlanScope
    ) throws(ComponentRuntimeError) {
        if let number = Self.hostNumber(ofModule: module) {
            scope.coreInstances.append(.host(number))
            return
        }
        var arguments: [String: PlanScope.CoreItems] = [:]
        for argument in scope.component.definition.coreArguments[range.indices] {
            arguments[scope.component.names[argument.name]] = scope.coreInstances[Int(argument.instance)]
        }
        var imports: [CoreSource] = []
        for needed in moduleSources[module].imports {
            guard let items = arguments[needed.module],
                let source = source(needed.name, of: items, in: scope, for: module)
            else {
                throw ComponentRuntimeError("A core module lacks its import \(needed.module).\(needed.name).")
            }
            imports.append(source)
        }
        scope.coreInstances.append(.instance(try newCoreInstance(module, imports, in: scope)))
    }

    private func source(
        _ name: String, of items: PlanScope.CoreItems, in scope: PlanScope, for module: Int? = nil
    ) -> CoreSource? {
        switch items {
        case .host(let number): module.flatMap { hostFunction(name, ofHost: number, for: $0) }
        case .instance(let number): .export(instance: number, name: name)
        case .exports(let exports): scope.component.names.find(name).flatMap { exports[$0] }
        }
    }

    private func addCoreInstance(of range: PoolRange, to scope: PlanScope) {
        var exports: [NameID: CoreSource] = [:]
        for export in scope.component.definition.coreExports[range.indices] {
            let index = Int(export.index)
            exports[export.name] =
                switch export.sort {
                case .function: scope.coreFunctions[index]
                case .table: scope.coreTables[index]
                case .memory: scope.coreMemories[index]
                case .global: scope.coreGlobals[index]
                case .tag: scope.coreTags[index]
                }
        }
        scope.coreInstances.append(.exports(exports))
    }

    // MARK: - Component instances

    private func instantiate(
        _ closure: ComponentClosure, _ range: PoolRange, number: Int, in scope: PlanScope
    ) throws(ComponentRuntimeError) {
        let inner = PlanScope(
            closure, instance: try newInstance(parent: scope.instance),
            component: binaries[closure.binary].component)
        for argument in scope.component.definition.arguments[range.indices] {
            inner.arguments[scope.component.names[argument.name]] = item(
                argument.sort, argument.index, in: scope)
        }
        let substitution = scope.component.substitution(scope: scope.number, definition: number)
        for (of, given) in substitution?.imported ?? [] { inner.resources[of] = scope.resource(given) }
        let exports = try walk(inner)
        for (of, made) in substitution?.defined ?? [] { scope.resources[made] = inner.resource(of) }
        scope.instances.append(exports)
    }

    private func addImport(_ name: String, to scope: PlanScope) throws(ComponentRuntimeError) {
        guard let entity = scope.component.names.find(name).flatMap({ scope.spaces.imports[$0] }) else {
            return
        }
        guard let item = scope.arguments[name] else {
            if entity.sort == .type {
                append(.type, .type, to: scope)
                return
            }
            throw ComponentRuntimeError("Nothing is linked to the import \"\(name)\".")
        }
        append(item, entity.sort, to: scope)
    }

    private func addAlias(_ alias: AliasDefinition, to scope: PlanScope) {
        switch alias {
        case .instanceExport(let sort, let instance, let name):
            let items = scope.instances[Int(instance)]
            append(items.items[scope.component.names[name]] ?? .type, sort, to: scope)
        case .coreInstanceExport(let sort, let instance, let name):
            guard
                let source = source(
                    scope.component.names[name], of: scope.coreInstances[Int(instance)], in: scope)
            else {
                return
            }
            switch sort {
            case .function: scope.coreFunctions.append(source)
            case .table: scope.coreTables.append(source)
            case .memory: scope.coreMemories.append(source)
            case .global: scope.coreGlobals.append(source)
            case .tag: scope.coreTags.append(source)
            }
        case .outer(let sort, let count, let index):
            switch sort {
            case .coreType: break
            case .type: scope.typeCount += 1
            case .coreModule, .component: addOuter(sort, count, Int(index), to: scope)
            }
        }
    }

    private func addOuter(
        _ sort: AliasDefinition.OuterSort, _ count: UInt32, _ index: Int, to scope: PlanScope
    ) {
        guard count > 0 else {
            if sort == .coreModule { scope.modules.append(scope.modules[index]) }
            if sort == .component { scope.components.append(scope.components[index]) }
            return
        }
        var around = scope.outer
        for _ in 1..<count { around = around?.outer }
        guard let around else { return }
        if sort == .coreModule { scope.modules.append(around.modules[index]) }
        if sort == .component { scope.components.append(around.components[index]) }
    }

    // MARK: - Resource types

    /// An export may give a resource type a new identity; handles stay what they are.
    private func linkExportedResources(
        _ name: NameID, _ sort: ComponentSort, _ index: UInt32, in scope: PlanScope
    ) {
        guard let exported = scope.spaces.exports[name] else { return }
        switch (exported, sort) {
        case (.type(.resource(let created), _), .type):
            if case .resource(let original) = scope.spaces.types[Int(index)] {
                scope.resources[created.id] = scope.resource(original.id)
            }
        case (.instance(let id), .instance):
            link(resourcesOf: scope.component.types[id].exports, to: scope.instances[Int(index)], in: scope)
        default: break
        }
    }

    /// Resource types that an instance type names are those of the instance.
    func link(resourcesOf map: ExternMap, to instance: InstanceItems, in scope: PlanScope) {
        for (name, entity) in zip(map.names, map.entities) {
            switch (entity, instance.items[scope.component.names[name]]) {
            case (.type(.resource(let reference), _), .resource(let type)?):
                if scope.resources[reference.id] == nil { scope.resources[reference.id] = type }
            case (.instance(let id), .instance(let inner)?):
                link(resourcesOf: scope.component.types[id].exports, to: inner, in: scope)
            default: break
            }
        }
    }

    private func finish(_ scope: PlanScope) {
        var types = [RuntimeResourceType?](repeating: nil, count: scope.component.resourceTypeCount)
        var around: [[ResourceID: RuntimeResourceType]] = [scope.resources]
        var next = scope.outer
        while let outer = next {
            around.append(outer.resources)
            next = outer.outer
        }
        for resources in around.reversed() {
            for (id, type) in resources where Int(id.rawValue) < types.count {
                types[Int(id.rawValue)] = type
            }
        }
        instances[scope.instance].resourceTypes = types
        registerChannels(of: scope)
    }
}
