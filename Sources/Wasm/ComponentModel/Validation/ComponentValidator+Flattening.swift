/// Which direction a function crosses the canonical ABI.
enum CanonicalDirection: Sendable {
    case lift
    case lower
}

/// The core signature of a lifted or lowered function (CanonicalABI.md, `flatten_functype`).
extension ComponentValidator {
    /// The signature, and a check that the options it needs are there.
    func flatten(
        _ type: ComponentFunctionType, _ options: CanonicalOptions, _ direction: CanonicalDirection,
        at offset: Int
    ) throws(ComponentModelError) -> CoreSignature {
        let pointer = options.pointerWidth.coreType
        let most = direction == .lower && options.isAsync ? FlatLimits.asyncParameters : FlatLimits.parameters
        var flat = FlatTypes()
        for member in types.members[type.parameters.indices] {
            guard let parameter = member.type else { continue }
            let info = types.info(parameter)
            if info.containsPointer {
                switch direction {
                case .lift: try requireRealloc(options, at: offset)
                case .lower: try requireMemory(options, at: offset)
                }
            }
            flat.append(info.flat)
            guard flat.count > most else { continue }
            flat.overflow()
            try requireMemory(options, at: offset)
            if direction == .lift { try requireRealloc(options, at: offset) }
            break
        }
        var signature = CoreSignature()
        signature.parameters = flat.count > most ? [pointer] : flat.coreTypes(pointer: pointer)
        let result = type.result.map(types.info)
        if let result, direction == .lower, result.containsPointer { try requireRealloc(options, at: offset) }
        try flattenResult(result, &signature, options, direction, at: offset)
        return signature
    }

    private func flattenResult(
        _ result: TypeInfo?, _ signature: inout CoreSignature, _ options: CanonicalOptions,
        _ direction: CanonicalDirection, at offset: Int
    ) throws(ComponentModelError) {
        let pointer = options.pointerWidth.coreType
        switch (direction, options.isAsync) {
        case (_, false):
            guard let result else { return }
            guard result.flat.count > FlatLimits.results else {
                signature.results = result.flat.coreTypes(pointer: pointer)
                return
            }
            try requireMemory(options, at: offset)
            if direction == .lower {
                signature.parameters.append(pointer)
            } else {
                signature.results = [pointer]
            }
        case (.lower, true):
            if result != nil {
                signature.parameters.append(pointer)
                try requireMemory(options, at: offset)
            }
            signature.results = [.i32]
        case (.lift, true):
            if let result, result.flat.isOverflow || result.containsPointer {
                try requireMemory(options, at: offset)
            }
            signature.results = options.callback == nil ? [] : [.i32]
        }
    }
}

/// How many flat values are passed directly (CanonicalABI.md, flattening).
public enum FlatLimits {
    /// `MAX_FLAT_PARAMS`.
    public static let parameters = 16
    /// `MAX_FLAT_ASYNC_PARAMS`.
    public static let asyncParameters = 4
    /// `MAX_FLAT_RESULTS`.
    public static let results = 1
}
