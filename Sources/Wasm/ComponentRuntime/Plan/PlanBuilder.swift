import ComponentModel
import WasmEngine

/// Makes a plan: walks through a component as an instantiation would, with numbers in place of instances.
final class PlanBuilder {
    let engine: Engine
    let linker: ComponentLinker
    let limits: ComponentRuntimeLimits
    private(set) var binaries: [PlanBinary] = []
    private(set) var moduleSources: [ModuleSource] = []
    /// Core instances in the order in which the component makes them.
    private(set) var coreInstances: [CoreInstanceDraft] = []
    var canonicalBuilders: [CanonicalPlanBuilder] = []
    var trampolines: [HostFunctionTemplate] = []
    var instances: [InstancePlan] = []
    var resources: [ResourcePlan] = []
    var memories: [MemoryPlan] = []
    var contexts: [ContextPlan] = []
    var channels = ChannelTypes()
    /// Instances of the linker's components, by their number there.
    var providers: [Int: PlanProvider] = [:]
    /// What becomes of imports that nobody offers.
    var missing = MissingImports.refused
    /// Imports that trap when they are called, as text.
    var missingImports: [String] = []
    /// Resource types that stand for those that nobody offers.
    var missingResources: [[String]: RuntimeResourceType] = [:]
    /// The numbers there, by binary.
    var providerNumbers: [Int: Int] = [:]
    /// Whose definitions are walked through; see `ComponentCall.part`.
    private(set) var part: Int
    private(set) var liftCount = 0

    private var functionNumbers: [CoreSource: Int] = [:]
    private var memoryNumbers: [CoreSource: Int] = [:]
    private var tableNumbers: [CoreSource: Int] = [:]
    private var memoryPlanNumbers: [MemoryPlan: Int] = [:]
    private var canonicalNumbers: [CanonicalKey: Int] = [:]
    let compile: ComponentPlan.Compile

    private struct CanonicalKey: Hashable {
        var binary: Int
        var width: PointerWidth
    }

    init(
        _ root: Component, engine: Engine, linker: ComponentLinker, limits: ComponentRuntimeLimits,
        compile: @escaping ComponentPlan.Compile
    ) throws {
        self.engine = engine
        self.linker = linker
        self.limits = limits
        self.compile = compile
        part = linker.components.isEmpty ? 0 : 1
        _ = try addBinary(root)
    }

    /// Walks through the component that is linked.
    func build() throws -> ComponentPlan {
        let (scope, exports) = try instantiate(binary: 0)
        let core = try CorePlan(self)
        return ComponentPlan(self, core: core, exports: exports, resources: scope.resources)
    }

    /// Takes up a component and its core modules.
    func addBinary(_ component: Component) throws -> Int {
        binaries.append(PlanBinary(component: component, firstModule: moduleSources.count))
        for module in component.definition.modules {
            let binary = Array(component.definition.bytes[module.bytes])
            let exported = StartFunction.exported(in: binary)
            moduleSources.append(
                ModuleSource(
                    binary: exported ?? binary, hasStart: exported != nil,
                    imports: module.imports.map { (component.names[$0.module], component.names[$0.name]) }))
        }
        return binaries.count - 1
    }

    /// An instance of a component of its own, not nested in another.
    func instantiate(binary: Int) throws -> (scope: PlanScope, exports: InstanceItems) {
        let outer = part
        if let number = providerNumbers[binary] { part = number + 2 }
        defer { part = outer }
        let closure = ComponentClosure(binary: binary, scope: 0, outer: nil)
        let scope = PlanScope(
            closure, instance: try newInstance(parent: nil), component: binaries[binary].component)
        try linkImports(of: scope)
        return (scope, try walk(scope))
    }

    func newInstance(parent: Int?) throws(ComponentRuntimeError) -> Int {
        guard instances.count < limits.componentInstances else {
            throw ComponentRuntimeError(
                "The component makes more than \(limits.componentInstances) component instances.")
        }
        instances.append(InstancePlan(parent: parent))
        return instances.count - 1
    }

    // MARK: - Numbers

    func newCoreInstance(
        _ module: Int, _ imports: [CoreSource], in scope: PlanScope
    ) throws(ComponentRuntimeError) -> Int {
        guard coreInstances.count < limits.coreInstances else {
            throw ComponentRuntimeError(
                "The component makes more than \(limits.coreInstances) core instances.")
        }
        coreInstances.append(
            CoreInstanceDraft(module: module, imports: imports, componentInstance: scope.instance))
        return coreInstances.count - 1
    }

    func functionNumber(_ source: CoreSource) -> Int { number(source, &functionNumbers) }

    func memoryNumber(_ source: CoreSource) -> Int { number(source, &memoryNumbers) }

    func tableNumber(_ source: CoreSource) -> Int { number(source, &tableNumbers) }

    private func number(_ source: CoreSource, _ numbers: inout [CoreSource: Int]) -> Int {
        if let number = numbers[source] { return number }
        let number = numbers.count
        numbers[source] = number
        return number
    }

    /// What the runtime itself uses of core instances, by the numbers given out.
    var used: (functions: [CoreSource], memories: [CoreSource], tables: [CoreSource]) {
        let inOrder = { (numbers: [CoreSource: Int]) in
            numbers.sorted { $0.value < $1.value }.map(\.key)
        }
        return (inOrder(functionNumbers), inOrder(memoryNumbers), inOrder(tableNumbers))
    }

    func memoryPlanNumber(_ plan: MemoryPlan) -> Int {
        if let number = memoryPlanNumbers[plan] { return number }
        memories.append(plan)
        memoryPlanNumbers[plan] = memories.count - 1
        return memories.count - 1
    }

    func nextLiftNumber() -> Int {
        defer { liftCount += 1 }
        return liftCount
    }

    // MARK: - Types

    func canonicalNumber(_ width: PointerWidth, in scope: PlanScope) -> Int {
        let key = CanonicalKey(binary: scope.binary, width: width)
        if let number = canonicalNumbers[key] { return number }
        canonicalBuilders.append(CanonicalPlanBuilder(width: width))
        canonicalNumbers[key] = canonicalBuilders.count - 1
        return canonicalBuilders.count - 1
    }

    func functionPlan(_ id: FunctionTypeID, _ width: PointerWidth, in scope: PlanScope) -> FunctionPlan {
        let type = scope.component.types[id]
        let parameters = scope.component.types[type.parameters].compactMap(\.type)
        return functionPlan(parameters, type.result, isAsync: type.isAsync, width, in: scope)
    }

    func functionPlan(
        _ parameters: [ComponentValueType], _ result: ComponentValueType?, isAsync: Bool,
        _ width: PointerWidth, in scope: PlanScope
    ) -> FunctionPlan {
        let canonical = canonicalNumber(width, in: scope)
        let types = scope.component.types
        let flatCount = { (list: [ComponentValueType]) in
            list.reduce(0) { min(FlatTypes.capacity + 1, $0 + types.flatTypes($1).count) }
        }
        return FunctionPlan(
            canonical: canonical, parameters: canonicalBuilders[canonical].add(parameters, of: types),
            result: canonicalBuilders[canonical].add(result.map { [$0] } ?? [], of: types),
            parameterFlatCount: flatCount(parameters), resultFlatCount: result.map { flatCount([$0]) } ?? 0,
            isAsync: isAsync)
    }

    func options(_ range: PoolRange, in scope: PlanScope) -> OptionsPlan {
        let options = scope.component.canonicalOptions(range, scope: scope.number)
        var plan = OptionsPlan(
            stringEncoding: options.stringEncoding, width: options.pointerWidth, isAsync: options.isAsync)
        if let memory = options.memory {
            plan.memory = memoryPlanNumber(
                MemoryPlan(
                    memory: memoryNumber(scope.coreMemories[Int(memory)]),
                    realloc: options.realloc.map { functionNumber(scope.coreFunctions[Int($0)]) }))
        }
        plan.postReturn = options.postReturn.map { functionNumber(scope.coreFunctions[Int($0)]) }
        plan.callback = options.callback.map { functionNumber(scope.coreFunctions[Int($0)]) }
        return plan
    }
}

/// A component that takes part in a plan.
struct PlanBinary {
    let component: Component
    /// The number of its first core module in the plan.
    let firstModule: Int
}

/// The index spaces of one component instance, while its definitions are walked through.
final class PlanScope {
    let component: Component
    let binary: Int
    let number: Int
    let instance: Int
    let outer: ScopeSnapshot?
    let spaces: ValidationScope

    var modules: [Int] = []
    var coreInstances: [CoreItems] = []
    var coreFunctions: [CoreSource] = []
    var coreTables: [CoreSource] = []
    var coreMemories: [CoreSource] = []
    var coreGlobals: [CoreSource] = []
    var coreTags: [CoreSource] = []
    var functions: [PlanFunction] = []
    var instances: [InstanceItems] = []
    var components: [ComponentClosure] = []
    /// How many types of the index space were defined.
    var typeCount = 0
    var resources: [ResourceID: RuntimeResourceType] = [:]
    /// What the instantiation supplied.
    var arguments: [String: PlanItem] = [:]

    enum CoreItems {
        case instance(Int)
        case exports([NameID: CoreSource])
        /// A core module of the host.
        case host(Int)
    }

    init(_ closure: ComponentClosure, instance: Int, component: Component) {
        self.component = component
        binary = closure.binary
        number = closure.scope
        outer = closure.outer
        self.instance = instance
        spaces = component.indexSpaces(closure.scope)
    }

    var snapshot: ScopeSnapshot {
        ScopeSnapshot(modules: modules, components: components, resources: resources, outer: outer)
    }

    /// The runtime's number of a resource type, defined here or around.
    func resource(_ id: ResourceID) -> RuntimeResourceType? {
        if let type = resources[id] { return type }
        var next = outer
        while let scope = next {
            if let type = scope.resources[id] { return type }
            next = scope.outer
        }
        return nil
    }
}
