/// Copies values from one component instance to another, without values in between.
///
/// For calls between components: what the caller passes is lifted and lowered in one walk over both plans. Lists of
/// plain numbers and UTF-8 strings are one checked copy from memory to memory.
public struct CanonicalTransfer {
    /// The side that values come from.
    public var source: CanonicalContext
    /// The side that values go to.
    public var target: CanonicalContext

    /// Where a value is: in the next slots, or in memory.
    private enum Place {
        case slots
        case memory(UInt64)

        func moved(_ offset: UInt64) -> Place {
            switch self {
            case .slots: .slots
            case .memory(let base): .memory(base + offset)
            }
        }
    }

    private struct Slots {
        var source: FlatValues
        var target: FlatValues
    }

    /// A transfer between two sides of a call.
    public init(source: CanonicalContext, target: CanonicalContext) {
        self.source = source
        self.target = target
    }

    /// Copies the values of a parameter list or of a result.
    ///
    /// - Parameters:
    ///   - from: the record of all values in the source's plan, and the most flat values there.
    ///   - to: the same in the target's plan.
    ///   - outParameter: where the target wants values that are not flat; without it its allocator is asked, and the
    ///     pointer becomes the only flat value.
    public mutating func copy(
        from: (node: CanonicalPlan.NodeID, most: Int), _ input: inout FlatValues,
        to: (node: CanonicalPlan.NodeID, most: Int), _ output: inout FlatValues, outParameter: UInt64? = nil
    ) throws(CanonicalTrap) {
        let given = source.plan[from.node]
        let wanted = target.plan[to.node]
        var origin = Place.slots
        if given.flat.count > from.most {
            let pointer = try input.nextPointer(source.plan.width)
            try source.checkPlace(pointer, given.size, given.alignment)
            origin = .memory(pointer)
        }
        var destination = Place.slots
        if wanted.flat.count > to.most {
            let pointer: UInt64
            if let outParameter {
                pointer = outParameter
            } else {
                pointer = try target.allocate(wanted.size, alignment: wanted.alignment)
                try output.append(pointer)
            }
            try target.checkPlace(pointer, wanted.size, wanted.alignment)
            destination = .memory(pointer)
        }
        var slots = Slots(source: input, target: output)
        try copy(from.node, origin, to.node, destination, &slots)
        input = slots.source
        output = slots.target
    }

    private mutating func copy(
        _ sourceID: CanonicalPlan.NodeID, _ origin: Place, _ targetID: CanonicalPlan.NodeID,
        _ destination: Place, _ slots: inout Slots
    ) throws(CanonicalTrap) {
        switch (source.plan[sourceID].operation, target.plan[targetID].operation) {
        case (.record(let sourceFields), .record(let targetFields)):
            for (sourceIndex, targetIndex) in zip(sourceFields.indices, targetFields.indices) {
                let from = source.plan.fields[sourceIndex]
                let to = target.plan.fields[targetIndex]
                guard let fromNode = from.node, let toNode = to.node else { continue }
                try copy(
                    fromNode, origin.moved(UInt64(from.offset)), toNode, destination.moved(UInt64(to.offset)),
                    &slots)
            }
        case (.variant, .variant): try copyVariant(sourceID, origin, targetID, destination, &slots)
        case (.fixedLengthList(let from, let count), .fixedLengthList(let to, _)):
            let fromSize = source.plan[from].size
            let toSize = target.plan[to].size
            for index in 0..<UInt64(count) {
                try copy(from, origin.moved(index * fromSize), to, destination.moved(index * toSize), &slots)
            }
        case (.list(let from), .list(let to)):
            let (pointer, count) = try readPair(origin, &slots)
            let (newPointer, newCount) = try copyList(from, pointer, count, to)
            try writePair(newPointer, newCount, destination, &slots)
        case (.string, .string):
            let (pointer, units) = try readPair(origin, &slots)
            let (newPointer, newUnits) = try copyString(pointer, units)
            try writePair(newPointer, newUnits, destination, &slots)
        default: try copyScalar(sourceID, origin, targetID, destination, &slots)
        }
    }

    private mutating func copyVariant(
        _ sourceID: CanonicalPlan.NodeID, _ origin: Place, _ targetID: CanonicalPlan.NodeID,
        _ destination: Place, _ slots: inout Slots
    ) throws(CanonicalTrap) {
        guard case .variant(let from, let fromSize, let fromOffset) = source.plan[sourceID].operation,
            case .variant(let to, let toSize, let toOffset) = target.plan[targetID].operation
        else { throw .wrongValue }
        let sourceEnd = slots.source.position + source.plan[sourceID].flat.count
        let targetEnd = slots.target.position + target.plan[targetID].flat.count
        let number: UInt32
        switch origin {
        case .slots: number = try slots.source.next()
        case .memory(let offset): number = try source.loadDiscriminant(offset, fromSize)
        }
        guard number < from.count else { throw .badDiscriminant }
        switch destination {
        case .slots: try slots.target.append(number)
        case .memory(let offset): try target.storeDiscriminant(number, toSize, at: offset)
        }
        let fromCase = source.plan.fields[from.indices.lowerBound + Int(number)].node
        let toCase = try target.caseNode(to, number)
        if let fromCase, let toCase {
            try copy(
                fromCase, origin.moved(UInt64(fromOffset)), toCase, destination.moved(UInt64(toOffset)),
                &slots)
        }
        if case .slots = origin { slots.source.position = sourceEnd }
        if case .slots = destination {
            while slots.target.position < targetEnd { try slots.target.append(UInt64(0)) }
        }
    }

    private func readPair(_ place: Place, _ slots: inout Slots) throws(CanonicalTrap) -> (UInt64, UInt64) {
        let width = source.plan.width
        switch place {
        case .slots:
            let pointer = try slots.source.nextPointer(width)
            return (pointer, try slots.source.nextPointer(width))
        case .memory(let offset):
            return (try source.loadPointer(offset), try source.loadPointer(offset + width.size))
        }
    }

    private func writePair(
        _ pointer: UInt64, _ length: UInt64, _ place: Place, _ slots: inout Slots
    ) throws(CanonicalTrap) {
        switch place {
        case .slots:
            try slots.target.append(pointer)
            try slots.target.append(length)
        case .memory(let offset): try target.storePair(pointer, length, at: offset)
        }
    }

    private mutating func copyList(
        _ from: CanonicalPlan.NodeID, _ pointer: UInt64, _ count: UInt64, _ to: CanonicalPlan.NodeID
    ) throws(CanonicalTrap) -> (UInt64, UInt64) {
        let given = source.plan[from]
        let bytes = try source.checkList(pointer, count, size: given.size, alignment: given.alignment)
        let newPointer = try target.allocateList(to, count)
        try copyElements(from, pointer, count, bytes, to, newPointer)
        return (newPointer, count)
    }

    /// Copies elements whose ranges on both sides were checked.
    mutating func copyElements(
        _ from: CanonicalPlan.NodeID, _ pointer: UInt64, _ count: UInt64, _ bytes: UInt64,
        _ to: CanonicalPlan.NodeID, _ newPointer: UInt64
    ) throws(CanonicalTrap) {
        if source.plan[from].isPlain {
            try target.view.copy(from: source.view, pointer, bytes, to: newPointer)
            return
        }
        var slots = Slots(source: FlatValues.none, target: FlatValues.none)
        let fromSize = source.plan[from].size
        let toSize = target.plan[to].size
        for index in 0..<count {
            try copy(
                from, .memory(pointer + index * fromSize), to, .memory(newPointer + index * toSize), &slots)
        }
    }

    private mutating func copyString(_ pointer: UInt64, _ units: UInt64) throws(CanonicalTrap) -> (
        UInt64, UInt64
    ) {
        let range = try source.source(pointer, units)
        guard range.form == .utf8, target.stringEncoding == .utf8 else {
            let string = try source.string(range)
            return try target.store(
                string, form: range.form, units: range.units, isTagged: source.stringEncoding == .latin1UTF16)
        }
        try source.view.checkUTF8(pointer, range.byteCount)
        let newPointer = try target.allocate(range.byteCount, alignment: 1)
        try target.view.copy(from: source.view, pointer, range.byteCount, to: newPointer)
        return (newPointer, range.byteCount)
    }

    private mutating func copyScalar(
        _ sourceID: CanonicalPlan.NodeID, _ origin: Place, _ targetID: CanonicalPlan.NodeID,
        _ destination: Place, _ slots: inout Slots
    ) throws(CanonicalTrap) {
        let value: ComponentValue
        switch origin {
        case .slots: value = try source.lift(sourceID, from: &slots.source)
        case .memory(let offset): value = try source.load(sourceID, at: offset)
        }
        switch destination {
        case .slots: try target.lower(value, targetID, into: &slots.target)
        case .memory(let offset): try target.store(value, targetID, at: offset)
        }
    }
}
