import WasmEngine

/// What becomes of a component's imports that neither the host nor another component offers.
public enum MissingImports: Sendable, Equatable {
    /// The component is not linked.
    case refused
    /// The component is linked, and a call of such a function traps with a message that names it. Tools make components
    /// that import whole interfaces and call little of them.
    case trapping
}

extension HostFunctionDefinition {
    /// A function that nobody offers.
    static func missing(_ name: String) -> HostFunctionDefinition {
        HostFunctionDefinition(
            description: "(missing)", matches: { _, _ in true },
            body: .sync { _, _, _ throws(Trap) in
                throw Trap.host("the component called \(name), which this host does not offer")
            })
    }
}
