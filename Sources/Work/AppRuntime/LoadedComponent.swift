public import AppModel
import ComponentRuntime
public import HostSystem
import NIOCore
public import WasmEngine

/// A component that is ready to run: compiled, linked, its folders opened. Shared by all its instances.
public final class LoadedComponent: Sendable {
    /// How it is spoken to.
    public enum Program: Sendable {
        /// A core module with the function of a WASI command.
        case command(EntryPoint)
        /// A component that answers HTTP requests.
        case http(HTTPProgram)
    }

    /// What the manifest says.
    public let component: Component
    /// What the manifest's limits come to.
    public let limits: ComponentLimits
    /// What runs.
    public let program: Program
    /// Arguments, environment, folders, network.
    public let plan: HostSystemPlan
    /// Where requests pass other components first: all that are linked together, by `ComponentCall.part`.
    let parts: [Part]

    /// One of several components that are linked together, with what it is granted.
    struct Part: Sendable {
        let id: ComponentID
        let plan: HostSystemPlan
    }

    let instanceLimits: InstanceLimits
    let fiberLimits: FiberLimits
    let callLimits: CallLimits

    init(
        component: Component, limits: ComponentLimits, program: Program, plan: HostSystemPlan,
        parts: [Part] = []
    ) {
        self.parts = parts
        self.component = component
        self.limits = limits
        self.program = program
        self.plan = plan
        self.instanceLimits = InstanceLimits(limits)
        self.fiberLimits = FiberLimits(limits)
        callLimits = CallLimits(
            deadline: TimeAmount(limits.deadline), settling: TimeAmount(limits.deadline),
            cpuBudget: TimeAmount(limits.cpuBudget))
    }

    private init(_ original: LoadedComponent) {
        component = original.component
        limits = original.limits
        switch original.program {
        case .command(let entryPoint): program = .command(entryPoint.forOneLoop())
        case .http(let http): program = .http(http.forOneLoop())
        }
        plan = original.plan.forOneLoop()
        parts = original.parts.map { Part(id: $0.id, plan: $0.plan.forOneLoop()) }
        instanceLimits = original.instanceLimits
        fiberLimits = original.fiberLimits
        callLimits = original.callLimits
    }

    /// An equal one for the requests of one event loop, with the same code.
    ///
    /// What a request keeps of its component is counted in there. Were that shared by all loops, each count would be a
    /// cache line that they fight for: together more than the rest of what a request costs in our own code.
    public func forOneLoop() -> LoadedComponent { LoadedComponent(self) }

    /// Imports that nobody offers: a call of one ends the guest. One a line, with their types.
    public var missingImports: [String] {
        if case .http(let program) = program { program.missingImports } else { [] }
    }

    /// A fresh instance's fiber for a command, not started yet.
    ///
    /// - Parameter completion: called once, on the scheduler's loop, when the guest has ended and before its memory is
    ///   given back.
    /// - Throws: ``EngineError`` with code `exhausted` when the engine's slots are all in use.
    public func makeFiber(
        of command: EntryPoint, system: GuestSystem, scheduler: FiberScheduler,
        completion: @escaping (Result<[Value], Trap>) -> Void
    ) throws -> Fiber {
        let store = try command.template.makeStore(instanceLimits)
        store[GuestSystem.key] = system
        let fiber = Fiber(
            store: store, scheduler: scheduler, limits: fiberLimits, entry: .fresh(command, []),
            completion: completion)
        fiber.kind = ObjectIdentifier(command.template)
        return fiber
    }
}

extension InstanceLimits {
    /// The part of a component's limits that the engine keeps.
    public init(_ limits: ComponentLimits) {
        self.init()
        memoryBytes = limits.memoryBytesMax
        tableElements = limits.tableElementsMax
        instances = limits.instancesMax
        tables = limits.tablesMax
        memories = limits.memoriesMax
    }
}

extension FiberLimits {
    /// The part of a component's limits that a fiber keeps.
    public init(_ limits: ComponentLimits) {
        self.init(cpuBudget: TimeAmount(limits.cpuBudget), deadline: TimeAmount(limits.deadline))
    }
}
