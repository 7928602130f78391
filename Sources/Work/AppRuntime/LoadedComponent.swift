public import AppModel
public import HostSystem
import NIOCore
public import WasmEngine

/// A component that is ready to run: compiled, linked, its folders opened. Shared by all its instances.
public final class LoadedComponent: Sendable {
    /// What the manifest says.
    public let component: Component
    /// What the manifest's limits come to.
    public let limits: ComponentLimits
    /// The function of a WASI command.
    public let command: EntryPoint
    /// Arguments, environment, folders.
    public let plan: HostSystemPlan

    private let instanceLimits: InstanceLimits
    private let fiberLimits: FiberLimits

    init(component: Component, limits: ComponentLimits, command: EntryPoint, plan: HostSystemPlan) {
        self.component = component
        self.limits = limits
        self.command = command
        self.plan = plan
        self.instanceLimits = InstanceLimits(limits)
        self.fiberLimits = FiberLimits(limits)
    }

    /// A fresh instance's fiber, not started yet.
    ///
    /// - Parameter completion: called once, on the scheduler's loop, when the guest has ended and before its memory is
    ///   given back.
    /// - Throws: ``EngineError`` with code `exhausted` when the engine's slots are all in use.
    public func makeFiber(
        system: GuestSystem, scheduler: FiberScheduler, completion: @escaping (Result<[Value], Trap>) -> Void
    ) throws -> Fiber {
        let store = try Store(engine: command.template.module.engine, limits: instanceLimits)
        store[GuestSystem.key] = system
        return Fiber(
            store: store, scheduler: scheduler, limits: fiberLimits, entry: .fresh(command, []),
            completion: completion)
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
