import ComponentModel

/// The core signatures of functions of a world, for 32-bit memories, and what their calls need (CanonicalABI.md,
/// flattening).
struct Flattening {
    /// What a call needs.
    struct Needs: Equatable {
        var memory = false
        var realloc = false
        var strings = false

        mutating func add(_ other: Contents) {
            memory = memory || other.hasPointer
            strings = strings || other.hasString
        }
    }

    struct Contents {
        var hasPointer = false
        var hasString = false

        static func | (left: Contents, right: Contents) -> Contents {
            Contents(
                hasPointer: left.hasPointer || right.hasPointer, hasString: left.hasString || right.hasString)
        }
    }

    static let parametersMax = 16
    static let asyncParametersMax = 4

    private let world: World
    private var flatTypes: [World.TypeID: [CoreValueType]] = [:]
    private var namedContents: [World.TypeID: Contents] = [:]

    init(_ world: World) { self.world = world }

    // MARK: - Signatures

    /// How a module imports a function.
    mutating func lowered(_ function: WorldFunction, isAsync: Bool) -> (CoreSignature, Needs) {
        var needs = Needs()
        var signature = CoreSignature(
            parameters: flat(function.parameters.map(\.type)), results: [])
        for parameter in function.parameters { needs.add(contents(parameter.type)) }
        if signature.parameters.count > (isAsync ? Self.asyncParametersMax : Self.parametersMax) {
            signature.parameters = [.i32]
            needs.memory = true
        }
        if let result = function.result {
            let flat = flat(result)
            let contents = contents(result)
            needs.add(contents)
            needs.realloc = contents.hasPointer
            if isAsync || flat.count > 1 {
                signature.parameters.append(.i32)
                needs.memory = true
            } else {
                signature.results = flat
            }
        }
        if isAsync { signature.results = [.i32] }
        return (signature, needs)
    }

    /// How a module exports a function.
    mutating func lifted(_ function: WorldFunction, _ form: CoreExportName.Form) -> (CoreSignature, Needs) {
        var needs = Needs()
        var signature = CoreSignature(
            parameters: flat(function.parameters.map(\.type)), results: [])
        for parameter in function.parameters { needs.add(contents(parameter.type)) }
        if signature.parameters.count > Self.parametersMax {
            signature.parameters = [.i32]
            needs.memory = true
        }
        needs.realloc = needs.memory
        if let result = function.result {
            needs.add(contents(result))
            let flat = flat(result)
            signature.results = flat.count > 1 ? [.i32] : flat
            // The result of the others is that of `task.return`, which has room for as many as parameters have.
            if flat.count > (form == .sync ? 1 : Self.parametersMax) { needs.memory = true }
        }
        switch form {
        case .sync: break
        case .async: signature.results = [.i32]
        case .stackful: signature.results = []
        }
        return (signature, needs)
    }

    /// `task.return` for a result.
    mutating func taskReturn(_ result: WorldValueType?) -> (CoreSignature, Needs) {
        var needs = Needs()
        guard let result else { return (CoreSignature(parameters: [], results: []), needs) }
        needs.add(contents(result))
        var parameters = flat(result)
        if parameters.count > Self.parametersMax {
            parameters = [.i32]
            needs.memory = true
        }
        return (CoreSignature(parameters: parameters, results: []), needs)
    }

    // MARK: - Types

    mutating func contents(_ type: WorldValueType) -> Contents {
        switch type {
        case .primitive(.string): return Contents(hasPointer: true, hasString: true)
        case .primitive, .own, .borrow, .stream, .future: return Contents()
        case .list(let element): return Contents(hasPointer: true) | contents(element)
        case .map(let key, let value): return Contents(hasPointer: true) | contents(key) | contents(value)
        case .fixedLengthList, .tuple, .option, .result:
            var all = Contents()
            for part in type.parts { all = all | contents(part) }
            return all
        case .named(let id):
            if let known = namedContents[id] { return known }
            var all = Contents()
            for part in world[id].kind.parts { all = all | contents(part) }
            namedContents[id] = all
            return all
        }
    }

    private mutating func flat(_ types: [WorldValueType]) -> [CoreValueType] {
        var result: [CoreValueType] = []
        for type in types where result.count <= Self.parametersMax { result += flat(type) }
        return Array(result.prefix(Self.parametersMax + 1))
    }

    /// At most 17 types: more are too many in any case.
    private mutating func flat(_ type: WorldValueType) -> [CoreValueType] {
        switch type {
        case .primitive(let primitive): return Self.flat(primitive)
        case .own, .borrow, .stream, .future: return [.i32]
        case .list, .map: return [.i32, .i32]
        case .fixedLengthList(let element, let count):
            let flat = flat(element)
            var result: [CoreValueType] = []
            for _ in 0..<min(Int(count), Self.parametersMax + 1) { result += flat }
            return Array(result.prefix(Self.parametersMax + 1))
        case .tuple(let elements): return flat(elements)
        case .option(let payload): return flat(cases: [nil, payload])
        case .result(let ok, let error): return flat(cases: [ok, error])
        case .named(let id):
            if let known = flatTypes[id] { return known }
            let result: [CoreValueType]
            switch world[id].kind {
            case .record(let fields): result = flat(fields.compactMap(\.type))
            case .variant(let cases): result = flat(cases: cases.map(\.type))
            case .enumeration, .flags, .resource: result = [.i32]
            case .alias(let type): result = flat(type)
            case .same(let target): result = flat(.named(target))
            }
            flatTypes[id] = result
            return result
        }
    }

    private mutating func flat(cases: [WorldValueType?]) -> [CoreValueType] {
        var joined: [CoreValueType] = [.i32]
        for case let type? in cases {
            for (offset, next) in flat(type).enumerated() {
                let place = offset + 1
                if place == joined.count {
                    joined.append(next)
                } else if joined[place] != next {
                    let narrow: Set<CoreValueType> = [.i32, .f32]
                    joined[place] = narrow.contains(joined[place]) && narrow.contains(next) ? .i32 : .i64
                }
            }
        }
        return Array(joined.prefix(Self.parametersMax + 1))
    }

    private static func flat(_ primitive: PrimitiveType) -> [CoreValueType] {
        switch primitive {
        case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .char, .errorContext: [.i32]
        case .s64, .u64: [.i64]
        case .f32: [.f32]
        case .f64: [.f64]
        case .string: [.i32, .i32]
        }
    }
}

extension WorldType.Kind {
    /// The types that it is made of.
    var parts: [WorldValueType] {
        switch self {
        case .record(let members), .variant(let members): members.compactMap(\.type)
        case .enumeration, .flags, .resource: []
        case .alias(let type): [type]
        case .same(let id): [.named(id)]
        }
    }
}
