/// Subtyping of core types (core specification, matching).
extension CoreTypeTable {
    /// Whether `left` is `right` or declares it as a supertype, near or far.
    func isSubtype(_ left: CoreTypeID, _ right: CoreTypeID) -> Bool {
        var current = left
        while current != right {
            guard let supertype = self[current].supertype else { return false }
            current = CoreTypeID(index: supertype)
        }
        return true
    }

    /// Whether a type may declare another as its supertype.
    func matches(_ left: CoreTypeID, _ right: CoreTypeID) -> Bool {
        let sub = self[left]
        let base = self[right]
        guard sub.kind == base.kind, sub.isShared == base.isShared else { return false }
        let subFields = Array(fields(of: sub))
        let baseFields = Array(fields(of: base))
        switch sub.kind {
        case .function:
            guard subFields.count == baseFields.count, sub.parameterCount == base.parameterCount else {
                return false
            }
            return zip(subFields, baseFields).enumerated().allSatisfy { index, pair in
                index < Int(sub.parameterCount)
                    ? matches(pair.1.storage, pair.0.storage) : matches(pair.0.storage, pair.1.storage)
            }
        case .structure, .array:
            guard subFields.count >= baseFields.count else { return false }
            return zip(subFields, baseFields).allSatisfy { sub, base in
                guard sub.isMutable == base.isMutable else { return false }
                return sub.isMutable ? sub.storage == base.storage : matches(sub.storage, base.storage)
            }
        case .continuation: return zip(subFields, baseFields).allSatisfy { matches($0.storage, $1.storage) }
        }
    }

    private func matches(_ left: CoreStorageType, _ right: CoreStorageType) -> Bool {
        guard case .value(let left) = left, case .value(let right) = right else { return left == right }
        return matches(left, right)
    }

    func matches(_ left: CoreValueType, _ right: CoreValueType) -> Bool {
        if left == right { return true }
        guard left.isReference, right.isReference, !left.isNullable || right.isNullable else { return false }
        if left.isConcrete, right.isConcrete {
            return isSubtype(CoreTypeID(index: left.index), CoreTypeID(index: right.index))
        }
        if left.isConcrete {
            let type = self[CoreTypeID(index: left.index)]
            guard let heap = right.abstractHeap, type.isShared == right.isShared else { return false }
            switch type.kind {
            case .function: return heap == .function
            case .structure: return heap == .structure || heap == .eq || heap == .any
            case .array: return heap == .array || heap == .eq || heap == .any
            case .continuation: return heap == .continuation
            }
        }
        guard let heap = left.abstractHeap else { return false }
        if right.isConcrete {
            let type = self[CoreTypeID(index: right.index)]
            guard type.isShared == left.isShared else { return false }
            switch type.kind {
            case .function: return heap == .noFunction
            case .structure, .array: return heap == .none
            case .continuation: return heap == .noContinuation
            }
        }
        guard let base = right.abstractHeap, left.isShared == right.isShared else { return false }
        return Self.matches(heap, base)
    }

    private static func matches(
        _ left: CoreValueType.AbstractHeapType, _ right: CoreValueType.AbstractHeapType
    ) -> Bool {
        if left == right { return true }
        switch left {
        case .eq: return right == .any
        case .i31, .structure, .array: return right == .eq || right == .any
        case .none:
            return right == .eq || right == .any || right == .i31 || right == .structure || right == .array
        case .noExternal: return right == .external
        case .noFunction: return right == .function
        case .noException: return right == .exception
        case .noContinuation: return right == .continuation
        case .continuation, .exception, .any, .external, .function: return false
        }
    }
}
