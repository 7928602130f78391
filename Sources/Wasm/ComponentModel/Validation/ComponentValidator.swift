/// Validates a decoded component and makes its types (Binary.md, Explainer.md).
///
/// Components are walked definition by definition, with a stack of scopes for nested components and for component
/// and instance types. All walking through types is counted, see `ComponentLimits.typeSteps`.
struct ComponentValidator {
    let definition: ComponentDefinition
    let features: ComponentFeatures
    let limits: ComponentLimits
    var names: NameTable
    var types = ComponentTypes()
    var scopes: [ValidationScope] = []
    /// The finished scopes, by number of component in the definition.
    var finished: [ValidationScope?]
    /// By number of component and of definition in it.
    var substitutions: [SubstitutionKey: ResourceSubstitution] = [:]
    private var steps = 0

    struct SubstitutionKey: Hashable {
        var scope: Int
        var definition: Int
    }

    init(_ definition: ComponentDefinition, features: ComponentFeatures, limits: ComponentLimits) {
        self.definition = definition
        self.features = features
        self.limits = limits
        self.names = definition.names
        self.finished = Array(repeating: nil, count: definition.scopes.count)
    }

    /// The innermost scope.
    var scope: ValidationScope {
        get { scopes[scopes.count - 1] }
        _modify { yield &scopes[scopes.count - 1] }
    }

    /// Counts one step of a walk through types.
    mutating func step(at offset: Int) throws(ComponentModelError) {
        steps += 1
        guard steps <= limits.typeSteps else {
            throw .limit("validation needs more than \(limits.typeSteps) steps through types", at: offset)
        }
    }

    func require(
        _ feature: ComponentFeatures, _ what: @autoclosure () -> String, at offset: Int
    ) throws(ComponentModelError) {
        guard features.contains(feature) else {
            throw .disabled("\(what()) needs a feature that is switched off (requires a feature)", at: offset)
        }
    }

    func checkCount(
        _ count: Int, _ limit: Int, _ what: String, at offset: Int
    ) throws(ComponentModelError) {
        guard count <= limit else { throw .limit("there are more than \(limit) \(what)", at: offset) }
    }

    /// Validates a component of the definition and gives its type. Nested components are as deep as the decoder lets.
    mutating func component(_ number: Int) throws(ComponentModelError) -> ComponentType {
        scopes.append(ValidationScope(kind: .component))
        let definitions = definition.scopes[number].definitions
        for (index, item) in definitions.enumerated() {
            try validate(item, key: SubstitutionKey(scope: number, definition: index))
        }
        let end = definition.scopes[number].bytes.upperBound
        if let unused = scope.values.firstIndex(where: { !$0.isUsed }) {
            throw .invalid(
                "value \(unused) is not used by an instantiation, start function or export", at: end)
        }
        let type = try finishComponent(at: end)
        finished[number] = scopes.removeLast()
        return type
    }

    private mutating func validate(
        _ item: Definition, key: SubstitutionKey
    ) throws(ComponentModelError) {
        let offset = Int(item.offset)
        switch item.kind {
        case .coreModule(let index):
            let type = try moduleType(of: definition.modules[index], at: offset)
            scope.modules.append(type)
            try checkCount(scope.modules.count, limits.modules, "modules", at: offset)
        case .coreInstantiate(let module, let arguments):
            let instance = try instantiateModule(module, arguments, at: offset)
            try addCoreInstance(instance, at: offset)
        case .coreInstanceOfExports(let exports):
            let instance = try coreInstance(of: exports, at: offset)
            try addCoreInstance(instance, at: offset)
        case .coreType(let index): try addCoreType(definition.coreTypes[index], at: offset)
        case .component(let index):
            let type = try component(index)
            scope.components.append(types.add(type))
            try checkCount(scope.components.count, limits.components, "components", at: offset)
        case .instantiate(let component, let arguments):
            var substitution = ResourceSubstitution()
            let instance = try instantiate(component, arguments, &substitution, at: offset)
            substitutions[key] = substitution
            try addInstance(instance, at: offset)
        case .instanceOfExports(let exports):
            let instance = try instance(of: exports, at: offset)
            try addInstance(instance, at: offset)
        case .alias(let alias): try addAlias(alias, at: offset)
        case .type(let index): try addType(definition.types[index], at: offset)
        case .canonical(let canonical):
            try addCanonical(canonical, at: offset)
            try checkCount(
                scope.coreFunctions.count + scope.functions.count, limits.functions, "functions", at: offset)
        case .start(let function, let arguments, let results):
            try start(function, arguments, results: results, at: offset)
        case .importItem(let name, let type): try addImport(name, type, at: offset)
        case .export(let name, let sort, let index, let ascribed):
            let entity = try exportedEntity(sort, index, ascribed: ascribed, at: offset)
            try addExport(name, entity, at: offset)
        }
    }

    private mutating func addCoreInstance(
        _ instance: CoreInstanceType, at offset: Int
    ) throws(ComponentModelError) {
        scope.coreInstances.append(instance)
        try checkInstances(at: offset)
    }

    private mutating func addInstance(_ instance: InstanceType, at offset: Int) throws(ComponentModelError) {
        scope.instances.append(types.add(instance))
        try checkInstances(at: offset)
    }

    func checkInstances(at offset: Int) throws(ComponentModelError) {
        let count = scopes[scopes.count - 1].coreInstances.count + scopes[scopes.count - 1].instances.count
        try checkCount(count, limits.instances, "instances", at: offset)
    }

    func checkTypes(at offset: Int) throws(ComponentModelError) {
        let count = scopes[scopes.count - 1].coreTypes.count + scopes[scopes.count - 1].types.count
        try checkCount(count, limits.types, "types", at: offset)
    }
}
