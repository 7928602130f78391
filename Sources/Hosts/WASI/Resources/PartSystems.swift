package import ComponentRuntime
package import HostSystem
import WasmEngine

/// The systems of components that are linked together, each with the grants of its own component.
final class PartSystems {
    static let key = StateKey<PartSystems>()

    /// By `ComponentCall.part`, which begins with 1.
    let systems: [GuestSystem]

    init(_ systems: [GuestSystem]) { self.systems = systems }
}

extension ComponentCall {
    /// The system of the component that calls.
    package var system: GuestSystem {
        part == 0 ? state(GuestSystem.key) : state(PartSystems.key).systems[part - 1]
    }
}
