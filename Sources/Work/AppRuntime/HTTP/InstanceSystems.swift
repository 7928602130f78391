import AppModel
import HostSystem
import WASI
import WasmEngine

/// The systems that an instance's components see, and what they write to their logs: made when a guest first asks for
/// something of it, which a small handler never does.
final class InstanceSystems: StateProvider {
    private let guests: LoopGuests
    private var requestID: String
    private var requestDepth = 0
    // One for each component: several where they are linked together.
    private var systems: [GuestSystem] = []
    private var logs: [LogOutput] = []

    init(_ guests: LoopGuests, requestID: String) {
        self.guests = guests
        self.requestID = requestID
    }

    func provide(in store: Store) {
        guard systems.isEmpty else { return }
        let component = guests.component
        let own = makeSystem(component.plan, component.component.id)
        let parts = component.parts.map { part in
            part.id == component.component.id ? own : makeSystem(part.plan, part.id)
        }
        Preview2.install(own, parts: parts, in: store)
    }

    private func makeSystem(_ plan: HostSystemPlan, _ id: ComponentID) -> GuestSystem {
        let output = LogOutput(
            log: guests.log, component: id.text, requestID: requestID,
            bytesMax: guests.component.limits.logBytesMax)
        let system = GuestSystem(plan, output: output, errorOutput: output)
        system.requestDepth = requestDepth
        logs.append(output)
        systems.append(system)
        return system
    }

    /// A request begins: what is written from now on counts for that one.
    ///
    /// - Parameter isAlone: whether no other is being answered. Which of several the guest works for is not known.
    func begin(requestID: String, depth: Int, isAlone: Bool) {
        self.requestID = requestID
        requestDepth = isAlone ? depth : max(depth, requestDepth)
        for system in systems { system.requestDepth = requestDepth }
        for log in logs { log.begin(requestID: requestID) }
    }

    /// No request is being answered any more.
    func finish() {
        for log in logs { log.finish() }
    }
}
