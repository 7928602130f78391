import ComponentModel
import WasmEngine

/// Where a core function, memory, table, global or tag comes from.
enum CoreSource: Hashable, Sendable {
    /// An export of a core instance, by its number in the plan.
    case export(instance: Int, name: String)
    /// A function that the runtime supplies, by its number in the plan.
    case trampoline(Int)
}

/// A core module of a component, before it is compiled.
struct ModuleSource {
    /// Its binary, with the start function as an export.
    let binary: [UInt8]
    let hasStart: Bool
    let imports: [(module: String, name: String)]
}

/// A core instance as the component asks for it.
struct CoreInstanceDraft {
    let module: Int
    let imports: [CoreSource]
    let componentInstance: Int
}

/// One step on the way from nothing to a running instance.
enum PlanStep: Sendable {
    /// Makes the next core instance.
    case instantiate(CoreInstancePlan)
    /// Runs the start function of a core instance.
    case start(CoreSource, componentInstance: Int)
}

/// How a core instance is made.
enum CoreInstancePlan: Sendable {
    /// Only functions of the host are imported.
    case template(InstanceTemplate)
    case linked(Module, [CoreSource])
}

/// Canonical options with everything resolved to numbers of the plan.
struct OptionsPlan: Sendable {
    var stringEncoding = StringEncoding.utf8
    var width = PointerWidth.bits32
    /// A memory with its allocator.
    var memory: Int?
    var isAsync = false
    /// Functions.
    var postReturn: Int?
    var callback: Int?
}

/// A component function type as one side of a call sees it.
struct FunctionPlan: Sendable {
    /// The number of the ``CanonicalPlan`` that the nodes are of.
    var canonical: Int
    var parameters: CanonicalPlan.NodeID
    var result: CanonicalPlan.NodeID
    var parameterFlatCount: Int
    var resultFlatCount: Int
    var isAsync: Bool

    static let parametersMax = 16
    static let asyncParametersMax = 4
}

/// A memory and the function that allocates in it.
struct MemoryPlan: Sendable, Hashable {
    var memory: Int
    var realloc: Int?
}

/// A function that guest code implements.
@usableFromInline
final class LiftPlan: Sendable {
    let number: Int
    /// The component instance that implements it.
    let instance: Int
    let coreFunction: Int
    let type: FunctionPlan
    let options: OptionsPlan
    /// What `task.return` must name.
    let resultKey: String
    /// Whether a call needs no more than its caller's stack.
    @usableFromInline let isDirect: Bool
    @usableFromInline let hasFlatParameters: Bool
    @usableFromInline let hasFlatResult: Bool
    /// Whether a parameter has a borrowed handle in it.
    let takesBorrows: Bool
    /// The number of the ``ContextPlan``.
    let context: Int
    /// How many parameters the core function has, where all that a call does is to pass 32-bit numbers: nothing is in memory,
    /// there is no result and nothing to be done after it.
    let plainParameterCount: Int?

    init(
        number: Int, instance: Int, coreFunction: Int, type: FunctionPlan, options: OptionsPlan,
        resultKey: String, takesBorrows: Bool, context: Int, takesIntegers: Bool
    ) {
        self.context = context
        let isPlain =
            !type.isAsync && !options.isAsync && !takesBorrows && takesIntegers
            && type.parameterFlatCount <= FunctionPlan.parametersMax && type.resultFlatCount == 0
            && options.memory == nil && options.postReturn == nil
        plainParameterCount = isPlain ? type.parameterFlatCount : nil
        isDirect = !type.isAsync && !options.isAsync
        hasFlatParameters = type.parameterFlatCount <= FunctionPlan.parametersMax
        hasFlatResult = type.resultFlatCount <= 1
        self.takesBorrows = takesBorrows
        self.number = number
        self.instance = instance
        self.coreFunction = coreFunction
        self.type = type
        self.options = options
        self.resultKey = resultKey
    }

    /// See ``ComponentPlan/forOneLoop()``.
    func forOneLoop() -> LiftPlan {
        LiftPlan(
            number: number, instance: instance, coreFunction: coreFunction, type: type, options: options,
            resultKey: resultKey, takesBorrows: takesBorrows, context: context,
            takesIntegers: plainParameterCount != nil)
    }

    /// Whether only one such task runs in the instance at a time.
    var needsExclusive: Bool { !options.isAsync || options.callback != nil }
}

/// What the calls of one side have in common that are converted with the same context.
struct ContextPlan: Sendable, Hashable {
    var instance: Int
    var canonical: Int
    var memory: Int?
    var stringEncoding: StringEncoding
}

/// A call that guest code makes: who calls, and how its values lie there.
final class LowerPlan: Sendable {
    let instance: Int
    let type: FunctionPlan
    let options: OptionsPlan
    /// The number of the ``ContextPlan``.
    let context: Int
    /// The slot with the address of a result that is not flat.
    let outSlot: Int?

    /// See `ComponentCall.part`.
    let part: Int

    init(instance: Int, part: Int, type: FunctionPlan, options: OptionsPlan, context: Int) {
        self.instance = instance
        self.part = part
        self.type = type
        self.options = options
        self.context = context
        guard type.resultFlatCount > (options.isAsync ? 0 : 1) else {
            outSlot = nil
            return
        }
        outSlot = type.parameterFlatCount > mostParameters(options) ? 1 : type.parameterFlatCount
    }

    /// How many flat parameters are passed directly.
    var parametersMost: Int { mostParameters(options) }
}

private func mostParameters(_ options: OptionsPlan) -> Int {
    options.isAsync ? FunctionPlan.asyncParametersMax : FunctionPlan.parametersMax
}

/// A component function.
enum PlanFunction: Sendable {
    case lifted(LiftPlan)
    case host(HostFunctionDefinition)
}

/// A resource type, by its number in the plan.
struct ResourcePlan: Sendable {
    /// The component instance that makes it.
    var instance: Int
    var destructor: Int?
}

/// A component instance.
struct InstancePlan: Sendable {
    var parent: Int?
    /// By number of the resource type in the component's types.
    var resourceTypes: [RuntimeResourceType?] = []
    var ownResourceTypes: Set<RuntimeResourceType> = []

    /// See ``ComponentPlan/forOneLoop()``.
    func forOneLoop() -> InstancePlan {
        // Collections made anew, which share no memory with these.
        InstancePlan(
            parent: parent, resourceTypes: resourceTypes.map { $0 },
            ownResourceTypes: Set(ownResourceTypes.map { $0 }))
    }
}

/// What an instance exports.
final class InstanceItems: Sendable {
    let items: [String: PlanItem]
    let order: [String]

    init(_ list: [(String, PlanItem)]) {
        items = Dictionary(list, uniquingKeysWith: { first, _ in first })
        order = list.map(\.0)
    }
}

/// Anything with a name while a plan is made.
enum PlanItem: Sendable {
    case module(Int)
    case function(PlanFunction)
    case instance(InstanceItems)
    case component(ComponentClosure)
    case resource(RuntimeResourceType)
    case type
}

/// A component definition with the scopes around it.
final class ComponentClosure: Sendable {
    let binary: Int
    let scope: Int
    let outer: ScopeSnapshot?

    init(binary: Int, scope: Int, outer: ScopeSnapshot?) {
        self.binary = binary
        self.scope = scope
        self.outer = outer
    }
}

/// What aliases to the outside of a component can reach: taken when the component is defined.
final class ScopeSnapshot: Sendable {
    let modules: [Int]
    let components: [ComponentClosure]
    let resources: [ResourceID: RuntimeResourceType]
    let outer: ScopeSnapshot?

    init(
        modules: [Int], components: [ComponentClosure], resources: [ResourceID: RuntimeResourceType],
        outer: ScopeSnapshot?
    ) {
        self.modules = modules
        self.components = components
        self.resources = resources
        self.outer = outer
    }
}
