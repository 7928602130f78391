import TestSupport

@testable import ComponentModel

/// One call's worth of the canonical ABI with everything hostile.
struct CanonicalFuzzing {
    private let plans: (source: CanonicalPlan, target: CanonicalPlan)
    private let nodes: (source: CanonicalPlan.NodeID, target: CanonicalPlan.NodeID)
    private let encodings: (source: StringEncoding, target: StringEncoding)
    private let most: (source: Int, target: Int)
    private let slots: [UInt64]
    private let answers: [UInt64]
    private let contents: [UInt8]
    private let resources: Int
    private static let slotCount = 17

    init(_ component: Component, _ function: ComponentFunctionType, _ input: inout FuzzInput) {
        let types = component.types[function.parameters].compactMap(\.type)
        func plan(_ width: PointerWidth) -> (CanonicalPlan, CanonicalPlan.NodeID) {
            var builder = CanonicalPlanBuilder(width: width)
            let node = builder.add(types, of: component.types)
            return (builder.finish(), node)
        }
        let source = plan(input.flag() ? .bits64 : .bits32)
        let target = plan(input.flag() ? .bits64 : .bits32)
        plans = (source.0, target.0)
        nodes = (source.1, target.1)
        let all: [StringEncoding] = [.utf8, .utf16, .latin1UTF16]
        encodings = (all[input.number(below: 3)], all[input.number(below: 3)])
        most = (input.flag() ? 0 : 16, input.flag() ? 0 : 16)
        answers = (0..<input.number(below: 4)).map { _ in input.word() }
        slots = (0..<Self.slotCount).map { _ in input.word() }
        contents = input.bytes(4096)
        resources = component.resourceTypeCount
    }

    func problem() -> String? {
        let memory = FuzzedMemory(contents)
        let lifted = outcome { () throws(CanonicalTrap) in
            var context = context(plans.source, encodings.source, memory)
            let storage = storage()
            var input = storage.values
            let values = try context.liftValues(nodes.source, most: most.source, from: &input)
            context.endLoans()
            return values
        }
        if let problem = copyProblem(memory, lifted) { return problem }
        guard let lifted else { return nil }
        return lowerProblem(lifted)
    }

    /// A copy succeeds where lifting does, and gives the same values.
    private func copyProblem(_ memory: FuzzedMemory, _ lifted: [ComponentValue]?) -> String? {
        let target = FuzzedMemory([])
        var transfer = CanonicalTransfer(
            source: context(plans.source, encodings.source, memory),
            target: context(plans.target, encodings.target, target))
        let given = storage()
        let taken = FlatStorage(count: Self.slotCount)
        let isCopied: Void? = outcome { () throws(CanonicalTrap) in
            var input = given.values
            var output = taken.values
            try transfer.copy(
                from: (nodes.source, most.source), &input, to: (nodes.target, most.target), &output)
        }
        // A target that is full traps for a reason of its own.
        guard isCopied != nil else { return nil }
        guard let lifted else { return "values are copied that cannot be lifted" }
        guard resources == 0 else { return nil }
        let again = outcome { () throws(CanonicalTrap) in
            var input = taken.values
            return try transfer.target.liftValues(nodes.target, most: most.target, from: &input)
        }
        return again == lifted ? nil : "a copy is not what was lifted"
    }

    /// Lowering into a guest whose allocator lies traps or stays in its memory.
    private func lowerProblem(_ values: [ComponentValue]) -> String? {
        for given in [[], answers] {
            let memory = FuzzedMemory([], answers: given)
            let storage = FlatStorage(count: Self.slotCount)
            var context = context(plans.target, encodings.target, memory)
            let isLowered: Void? = outcome { () throws(CanonicalTrap) in
                var output = storage.values
                try context.lowerValues(values, nodes.target, most: most.target, into: &output)
            }
            guard isLowered != nil, given.isEmpty, resources == 0 else { continue }
            let again = outcome { () throws(CanonicalTrap) in
                var input = storage.values
                return try context.liftValues(nodes.target, most: most.target, from: &input)
            }
            if again != values { return "lowered values are lifted as others" }
        }
        return nil
    }

    private func outcome<Value>(_ body: () throws(CanonicalTrap) -> Value) -> Value? {
        // A trap is a right answer to hostile input.
        try? body()
    }

    private func storage() -> FlatStorage {
        let storage = FlatStorage(count: Self.slotCount)
        var values = storage.values
        // There are as many slots as values.
        for slot in slots { try? values.append(slot) }
        return storage
    }

    private func context(
        _ plan: CanonicalPlan, _ encoding: StringEncoding, _ memory: FuzzedMemory
    ) -> CanonicalContext {
        let instance = InstanceState(resourceTypeCount: resources)
        for number in 0..<resources {
            let type = RuntimeResourceType(rawValue: UInt32(number))
            instance.setResourceType(ResourceID(rawValue: UInt32(number)), type)
            for representation in 0..<4 {
                // The table has room for these.
                _ = try? instance.handles.addOwn(UInt64(representation), type)
            }
        }
        return CanonicalContext(
            plan: plan, stringEncoding: encoding, instance: instance, memory: memory,
            borrowScope: instance.openScope())
    }
}
