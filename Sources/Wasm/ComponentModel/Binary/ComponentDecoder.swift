/// Decodes a component binary into a ``ComponentDefinition`` (Binary.md).
///
/// Nested components are decoded with an explicit stack of scopes; component and instance types by recursion up to
/// `ComponentLimits.nesting`. One pass, linear in the bytes: a count costs nothing before its elements are there.
struct ComponentDecoder {
    /// `\0asm`, version 0x0d, layer 1.
    static let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]
    /// `\0asm`, version 1, layer 0.
    static let modulePreamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

    var reader: BinaryReader
    var result: ComponentDefinition
    let limits: ComponentLimits
    let features: ComponentFeatures
    /// How deep the type being decoded is in other types.
    var typeNesting = 0

    private struct OpenScope {
        var index: Int
        var outerEnd: Int
        var hasStart = false
    }

    init(bytes: [UInt8], features: ComponentFeatures, limits: ComponentLimits) {
        self.reader = BinaryReader(bytes, range: 0..<bytes.count)
        self.result = ComponentDefinition(bytes: bytes)
        self.features = features
        self.limits = limits
    }

    mutating func decode() throws(ComponentModelError) -> ComponentDefinition {
        guard result.bytes.count <= limits.totalBytes else {
            throw .limit("\(result.bytes.count) bytes are more than \(limits.totalBytes)", at: 0)
        }
        var stack: [OpenScope] = []
        try open(&stack, outerEnd: reader.end)
        while var scope = stack.popLast() {
            if reader.isAtEnd {
                if !stack.isEmpty { reader.leave(to: scope.outerEnd) }
                continue
            }
            let nested = try section(of: &scope)
            stack.append(scope)
            if let outerEnd = nested {
                guard stack.count < limits.nesting else {
                    throw .limit("components are nested deeper than \(limits.nesting)", at: reader.offset)
                }
                try open(&stack, outerEnd: outerEnd)
            }
        }
        return result
    }

    private mutating func open(_ stack: inout [OpenScope], outerEnd: Int) throws(ComponentModelError) {
        let start = reader.offset
        try expect(Self.preamble, "a component")
        stack.append(OpenScope(index: result.scopes.count, outerEnd: outerEnd))
        result.scopes.append(ComponentScope(bytes: start..<reader.end))
    }

    mutating func expect(_ preamble: [UInt8], _ what: String) throws(ComponentModelError) {
        let start = reader.offset
        for expected in preamble where try reader.byte() != expected {
            throw .malformed("this is not the preamble of \(what)", at: start)
        }
    }

    /// Decodes one section. For a nested component, its end becomes the reader's, and the old one is returned.
    private mutating func section(of scope: inout OpenScope) throws(ComponentModelError) -> Int? {
        let start = reader.offset
        let id = try reader.byte()
        let length = Int(try reader.u32())
        let outerEnd = try reader.enter(length, "section \(id)")
        switch id {
        case 0: result.scopes[scope.index].customSections.append(try customSection())
        case 1: try append(.coreModule(try coreModule()), at: reader.offset, to: scope)
        case 2: try each(scope) { (decoder) throws(ComponentModelError) in try decoder.coreInstance() }
        case 3:
            try each(scope) { (decoder) throws(ComponentModelError) in .coreType(try decoder.coreType()) }
        case 4:
            try append(.component(result.scopes.count), at: reader.offset, to: scope)
            return outerEnd
        case 5: try each(scope) { (decoder) throws(ComponentModelError) in try decoder.instance() }
        case 6: try each(scope) { (decoder) throws(ComponentModelError) in .alias(try decoder.alias()) }
        case 7: try each(scope) { (decoder) throws(ComponentModelError) in .type(try decoder.type()) }
        case 8:
            try each(scope) { (decoder) throws(ComponentModelError) in .canonical(try decoder.canonical()) }
        case 9:
            guard !scope.hasStart else { throw .malformed("a component has two start sections", at: start) }
            scope.hasStart = true
            try append(try startDefinition(), at: reader.offset, to: scope)
        case 10: try each(scope) { (decoder) throws(ComponentModelError) in try decoder.importDefinition() }
        case 11: try each(scope) { (decoder) throws(ComponentModelError) in try decoder.exportDefinition() }
        default: throw .malformed("\(id) is no section id of a component (malformed section id)", at: start)
        }
        try finishSection(id, outerEnd)
        return nil
    }

    mutating func finishSection(_ id: UInt8, _ outerEnd: Int) throws(ComponentModelError) {
        guard reader.isAtEnd else {
            throw .malformed(
                "section \(id) has more bytes than content (unexpected content)", at: reader.offset)
        }
        reader.leave(to: outerEnd)
    }

    private mutating func each(
        _ scope: OpenScope, _ item: (inout ComponentDecoder) throws(ComponentModelError) -> Definition.Kind
    ) throws(ComponentModelError) {
        for _ in 0..<(try reader.u32()) {
            let offset = reader.offset
            try append(try item(&self), at: offset, to: scope)
        }
    }

    private mutating func append(
        _ kind: Definition.Kind, at offset: Int, to scope: OpenScope
    ) throws(ComponentModelError) {
        guard result.scopes[scope.index].definitions.count < limits.definitions else {
            throw .limit("a component has more than \(limits.definitions) definitions", at: offset)
        }
        result.scopes[scope.index].definitions.append(Definition(kind: kind, offset: UInt32(offset)))
    }

    mutating func customSection() throws(ComponentModelError) -> CustomSection {
        let name = try name()
        let section = CustomSection(name: name, bytes: reader.offset..<reader.end)
        try reader.skip(reader.remaining)
        return section
    }

    private mutating func coreModule() throws(ComponentModelError) -> Int {
        result.modules.append(try coreModuleDefinition())
        return result.modules.count - 1
    }

    mutating func name() throws(ComponentModelError) -> NameID {
        result.names.intern(try reader.string(limit: limits.nameBytes))
    }

    /// Decodes a vector of elements into a list of its own, because elements may be vectors of the same pool.
    mutating func vector<Element>(
        limit: Int, _ what: @autoclosure () -> String,
        _ element: (inout ComponentDecoder) throws(ComponentModelError) -> Element
    ) throws(ComponentModelError) -> [Element] {
        let count = try reader.count(limit, what())
        var elements: [Element] = []
        elements.reserveCapacity(min(count, reader.remaining))
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }
}

extension Array {
    /// Appends the elements and says where they are.
    mutating func pool(_ elements: some Collection<Element>) -> PoolRange {
        let range = PoolRange(start: count, length: elements.count)
        append(contentsOf: elements)
        return range
    }
}
