/// Equality of function types and value types, with a sentence about the first difference.
extension ComponentValidator {
    mutating func checkSubtype(
        _ actual: FunctionTypeID, _ expected: FunctionTypeID, at offset: Int
    ) throws(ComponentModelError) {
        if actual == expected { return }
        let left = types[actual]
        let right = types[expected]
        guard left.isAsync == right.isAsync else {
            let describe = { (isAsync: Bool) in isAsync ? "async" : "sync" }
            throw .invalid(
                "expected \(describe(right.isAsync)) function, found \(describe(left.isAsync)) function",
                at: offset)
        }
        guard left.parameters.count == right.parameters.count else {
            throw .invalid(
                "expected \(right.parameters.count) parameters, found \(left.parameters.count)", at: offset)
        }
        for (own, wanted) in zip(left.parameters.indices, right.parameters.indices) {
            try step(at: offset)
            let name = names[types.members[own].name]
            guard areSame(types.members[own].name, types.members[wanted].name) else {
                throw .invalid(
                    "expected parameter named `\(names[types.members[wanted].name])`, found `\(name)`",
                    at: offset)
            }
            do {
                try checkSame(types.members[own].type, types.members[wanted].type, "parameter", at: offset)
            } catch {
                throw error.within("type mismatch in function parameter `\(name)`")
            }
        }
        do {
            try checkSame(left.result, right.result, "result", at: offset)
        } catch {
            throw error.within("type mismatch with result type")
        }
    }

    mutating func checkSame(
        _ actual: ComponentValueType, _ expected: ComponentValueType, at offset: Int
    ) throws(ComponentModelError) {
        let left = resolvedPrimitive(actual)
        let right = resolvedPrimitive(expected)
        if left != nil || right != nil {
            guard left == right else {
                throw .invalid("expected \(describe(expected)), found \(describe(actual))", at: offset)
            }
            return
        }
        guard case .defined(let left) = actual, case .defined(let right) = expected else { return }
        try checkSame(left, right, at: offset)
    }

    /// Labels are the same when a bindings generator would make the same name of them: neither the case of letters
    /// nor hyphens count, as in the engine.
    private func areSame(_ left: NameID, _ right: NameID) -> Bool {
        left == right || KebabName.folded(names[left]) == KebabName.folded(names[right])
    }

    private func describe(_ type: ComponentValueType) -> String {
        switch type {
        case .primitive(let primitive): "primitive `\(primitive.name)`"
        case .defined(let id): types[id].name
        }
    }

    private mutating func checkSame(
        _ actual: ComponentValueType?, _ expected: ComponentValueType?, _ what: String, at offset: Int
    ) throws(ComponentModelError) {
        switch (actual, expected) {
        case (nil, nil): break
        case (let left?, let right?): try checkSame(left, right, at: offset)
        case (nil, _): throw .invalid("expected a \(what) type, found none", at: offset)
        case (_, nil): throw .invalid("expected no \(what) type, found one", at: offset)
        }
    }

    mutating func checkSame(
        _ actual: DefinedTypeID, _ expected: DefinedTypeID, at offset: Int
    ) throws(ComponentModelError) {
        // Types are immutable: the same number is the same type, resources included.
        if actual.index == expected.index { return }
        try step(at: offset)
        switch (types[actual], types[expected]) {
        case (.primitive(let left), .primitive(let right)) where left == right: break
        case (.record(let left), .record(let right)):
            try checkSame(left, right, "record field", "fields", at: offset)
        case (.variant(let left), .variant(let right)):
            try checkSame(left, right, "variant case", "cases", at: offset)
        case (.tuple(let left), .tuple(let right)):
            try checkSame(left, right, "tuple field", "types", at: offset)
        case (.flags(let left), .flags(let right)):
            try checkSame(left, right, "flags element", "flags elements", at: offset)
        case (.enumeration(let left), .enumeration(let right)):
            try checkSame(left, right, "enum element", "enum elements", at: offset)
        case (.list(let left), .list(let right)), (.option(let left), .option(let right)):
            try checkSame(left, right, at: offset)
        case (.fixedLengthList(let left, let leftCount), .fixedLengthList(let right, let rightCount)):
            guard leftCount == rightCount else {
                throw .invalid("expected fixed-length \(rightCount), found size \(leftCount)", at: offset)
            }
            try checkSame(left, right, at: offset)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            try checkSame(leftKey, rightKey, at: offset)
            try checkSame(leftValue, rightValue, at: offset)
        case (.result(let leftOk, let leftError), .result(let rightOk, let rightError)):
            try checkSame(leftOk, rightOk, "ok", at: offset)
            try checkSame(leftError, rightError, "err", at: offset)
        case (.own(let left), .own(let right)), (.borrow(let left), .borrow(let right)):
            guard left.id == right.id else { throw .invalid("resource types are not the same", at: offset) }
        case (.stream(let left), .stream(let right)): try checkSame(left, right, "stream", at: offset)
        case (.future(let left), .future(let right)): try checkSame(left, right, "future", at: offset)
        default:
            throw .invalid("expected \(types[expected].name), found \(types[actual].name)", at: offset)
        }
    }

    private mutating func checkSame(
        _ actual: PoolRange, _ expected: PoolRange, _ one: String, _ many: String, at offset: Int
    ) throws(ComponentModelError) {
        guard actual.count == expected.count else {
            throw .invalid("expected \(expected.count) \(many), found \(actual.count)", at: offset)
        }
        for (own, wanted) in zip(actual.indices, expected.indices) {
            try step(at: offset)
            let left = types.members[own]
            let right = types.members[wanted]
            guard areSame(left.name, right.name) else {
                throw .invalid(
                    "expected \(one) named `\(names[right.name])`, found `\(names[left.name])` (mismatch in \(many))",
                    at: offset)
            }
            do {
                try checkSame(left.type, right.type, "case", at: offset)
            } catch {
                throw error.within("type mismatch in \(one) `\(names[left.name])`")
            }
        }
    }
}
