import ComponentModel
import WasmEngine

/// Core modules of the host.
extension PlanBuilder {
    /// The number by which scopes name a core module of the host, below those of modules with code.
    static func moduleNumber(ofHost number: Int) -> Int { -1 - number }

    /// The number of a core module of the host, if a scope names one.
    static func hostNumber(ofModule number: Int) -> Int? { number < 0 ? -1 - number : nil }

    func serve(
        _ name: String, _ id: ModuleTypeID, _ number: Int, in scope: PlanScope, _ problems: inout [String]
    ) -> PlanItem? {
        let functions = linker.coreModules[number]
        let component = scope.component
        for (nameID, type) in component.types[id].exports.entries {
            let export = component.names[nameID]
            guard case .function(let type) = type, let offered = functions[export] else {
                problems.append("\(name) \(export): a core \(type.name) that is not offered")
                continue
            }
            let signature = component.coreSignature(CoreTypeID(index: type))
            let wanted = FunctionType(
                signature.parameters.map(ValueType.init), signature.results.map(ValueType.init))
            if offered.type != wanted {
                problems.append("\(name) \(export): \(wanted), but the host's is \(offered.type)")
            }
        }
        return .module(Self.moduleNumber(ofHost: number))
    }

    /// A function of a core module of the host, for a core instance that will be made next.
    ///
    /// - Parameter module: the module of that instance, whose memory the function uses.
    func hostFunction(_ name: String, ofHost number: Int, for module: Int) -> CoreSource? {
        guard let function = linker.coreModules[number][name] else { return nil }
        var body = function.body
        if let memory = exportedMemory(of: module) {
            let number = memoryPlanNumber(MemoryPlan(memory: memoryNumber(memory), realloc: nil))
            let plain = function.body
            body = { call, values throws(Trap) in
                call.state(ComponentCore.key).useMemory(number)
                try plain(call, values)
            }
        }
        trampolines.append(HostFunctionTemplate(function.type, body))
        return .trampoline(trampolines.count - 1)
    }

    private func exportedMemory(of module: Int) -> CoreSource? {
        guard let binary = binaries.last(where: { $0.firstModule <= module }) else { return nil }
        let component = binary.component
        let exports = component.definition.modules[module - binary.firstModule].exports
        let found = exports.first { export in
            export.sort == .memory && ["memory", "cm32p2_memory"].contains(component.names[export.name])
        }
        return found.map { .export(instance: coreInstances.count, name: component.names[$0.name]) }
    }
}
