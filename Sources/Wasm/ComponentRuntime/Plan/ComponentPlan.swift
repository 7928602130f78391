public import ComponentModel
public import WasmEngine

/// A component, compiled and linked: everything that does not depend on the request.
///
/// Nested component instances are laid out here already, so that an instance is made by walking a list of steps with
/// numbers in them. Immutable, used by any number of threads.
public final class ComponentPlan: Sendable {
    /// Compiles a core module: its bytes, and its number among the modules of the component.
    public typealias Compile = (_ binary: [UInt8], _ number: Int) throws -> Module

    /// The component, without its binary.
    public let component: Component
    /// The engine whose modules it uses.
    public let engine: Engine
    // The same, for each instance: all threads use it, so nobody counts.
    private let uncountedEngine: Uncounted<Engine>
    /// Imports that nobody offered, one a line with their types: calls of them trap. See ``MissingImports``.
    public let missingImports: [String]

    let core: CorePlan
    let canonicalPlans: [CanonicalPlan]
    let trampolines: [HostFunctionTemplate]
    let instances: [InstancePlan]
    let resources: [ResourcePlan]
    let memories: [MemoryPlan]
    let contexts: [ContextPlan]
    let channels: ChannelTypes
    let channelMatches: ChannelMatches
    let hostDestructors: [RuntimeResourceType: HostDestructor]
    let exports: InstanceItems
    let hasChannels: Bool
    /// Resource types of the outermost component.
    let rootResources: [ResourceID: RuntimeResourceType]

    init(
        _ builder: PlanBuilder, core: CorePlan, exports: InstanceItems,
        resources rootResources: [ResourceID: RuntimeResourceType]
    ) {
        self.rootResources = rootResources
        component = builder.binaries[0].component.withoutBinary
        engine = builder.engine
        uncountedEngine = Uncounted(builder.engine)
        missingImports = builder.missingImports
        self.core = core
        canonicalPlans = builder.canonicalBuilders.map { $0.finish() }
        trampolines = builder.trampolines
        instances = builder.instances
        resources = builder.resources
        memories = builder.memories
        contexts = builder.contexts
        channels = builder.channels
        hostDestructors = builder.linker.destructors
        self.exports = exports
        hasChannels = !channels.isEmpty
        channelMatches = ChannelMatches()
    }

    private init(_ original: ComponentPlan) {
        rootResources = original.rootResources
        component = original.component
        engine = original.engine
        uncountedEngine = original.uncountedEngine
        missingImports = original.missingImports
        core = original.core.forOneLoop()
        canonicalPlans = original.canonicalPlans.map { $0.forOneLoop() }
        trampolines = original.trampolines
        instances = original.instances.map { $0.forOneLoop() }
        resources = original.resources
        memories = original.memories
        contexts = original.contexts
        channels = original.channels
        channelMatches = original.channelMatches
        hostDestructors = original.hostDestructors
        exports = original.exports
        hasChannels = original.hasChannels
    }

    /// An equal plan for the instances of one event loop, with the same code. What an instance keeps of its plan is counted
    /// then where no other thread counts: a reference count that two threads change is a cache line that they fight for.
    public func forOneLoop() -> ComponentPlan { ComponentPlan(self) }

    /// A store for an instance.
    func makeStore(_ limits: InstanceLimits) throws -> Store {
        if let template = core.onlyTemplate { return try template.makeStore(limits) }
        return try uncountedEngine.with { try Store(engine: $0, limits: limits) }
    }

    /// Finds an exported function by the names that lead to it: that of an interface and its own, or only its own.
    ///
    /// Versions of interfaces match as they do for imports.
    public func function(_ path: String...) throws(ComponentRuntimeError) -> ExportedFunction {
        try function(at: path)
    }

    func function(at path: [String]) throws(ComponentRuntimeError) -> ExportedFunction {
        var items = exports
        for name in path.dropLast() {
            guard case .instance(let inner)? = items.find(name) else {
                throw ComponentRuntimeError(
                    "The component exports no interface \"\(name)\" (it exports: \(items.listing)).")
            }
            items = inner
        }
        guard let name = path.last, case .function(let function)? = items.find(name) else {
            throw ComponentRuntimeError(
                "The component exports no function \"\(path.joined(separator: " "))\" (there is: \(items.listing))."
            )
        }
        guard case .lifted(let lift) = function else {
            throw ComponentRuntimeError(
                "\"\(path.joined(separator: " "))\" is a function of the host that the component hands on.")
        }
        return ExportedFunction(lift: lift, name: path.joined(separator: " "))
    }
}

/// An exported function of a plan, looked up once.
public struct ExportedFunction: Sendable {
    @usableFromInline let lift: LiftPlan
    /// The names that lead to it.
    public let name: String
}

extension InstanceItems {
    var listing: String { order.prefix(16).joined(separator: ", ") }

    /// Whether ``find(_:)`` answers a name with the item of another one.
    func find(_ name: String, is candidate: String) -> Bool {
        if items[name] != nil { return name == candidate }
        guard let wanted = InterfaceName(name) else { return false }
        return InterfaceName(candidate)?.isCompatible(with: wanted) == true
    }

    /// An item of a name, or of the same interface in a compatible version.
    func find(_ name: String) -> PlanItem? {
        if let item = items[name] { return item }
        guard let wanted = InterfaceName(name) else { return nil }
        return order.lazy.compactMap { candidate in
            InterfaceName(candidate).flatMap { $0.isCompatible(with: wanted) ? self.items[candidate] : nil }
        }.first
    }
}
