/// Types as the canonical ABI works with them: specialised forms taken apart, sizes and offsets computed.
///
/// Made once per function type when a component is loaded. Tuples are records, enums, options and results are
/// variants, maps are lists of pairs (CanonicalABI.md, despecialization), so that lifting, lowering and copying know
/// about twenty operations and never look at type definitions or names.
///
/// An object, so that the contexts of calls share it with one reference count; nothing in it changes.
public final class CanonicalPlan: Sendable {
    /// The number of a type in the plan.
    public struct NodeID: Sendable, Hashable {
        let index: Int32
    }

    /// What to do for a value.
    public enum Operation: Sendable, Hashable {
        case bool, s8, u8, s16, u16, s32, u32, s64, u64, f32, f64, char, string, errorContext
        /// Fields, each a node with its offset.
        case record(Fields)
        /// Cases, each a node or nothing; all at `payloadOffset`.
        case variant(Fields, discriminantSize: UInt8, payloadOffset: UInt32)
        case list(NodeID)
        case fixedLengthList(NodeID, UInt32)
        case flags(count: UInt8)
        case own(ResourceID)
        case borrow(ResourceID)
        case stream(NodeID?, ChannelTypeID)
        case future(NodeID?, ChannelTypeID)
    }

    /// A stretch of ``CanonicalPlan/fields``.
    public struct Fields: Sendable, Hashable {
        let start: Int32
        let count: Int32

        var indices: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    struct Field: Sendable {
        var node: NodeID?
        var offset: UInt32
    }

    struct Node: Sendable {
        var operation: Operation
        var size: UInt64
        var alignment: UInt64
        var flat: FlatTypes
        /// Whether every bit pattern is a value and no part is elsewhere, so that a list of them is a stretch of bytes.
        var isPlain: Bool
    }

    /// The width of pointers that the offsets are for.
    public let width: PointerWidth
    let nodes: [Node]
    let fields: [Field]

    fileprivate init(width: PointerWidth, nodes: [Node], fields: [Field]) {
        self.width = width
        self.nodes = nodes
        self.fields = fields
    }

    /// An equal one for the contexts of one event loop: references to one object that two threads count, for each context, are
    /// a cache line that they fight for.
    public func forOneLoop() -> CanonicalPlan { CanonicalPlan(width: width, nodes: nodes, fields: fields) }

    subscript(id: NodeID) -> Node { nodes[Int(id.index)] }

    /// Bytes of a value in memory.
    public func size(_ node: NodeID) -> UInt64 { self[node].size }
    /// Alignment of a value in memory.
    public func alignment(_ node: NodeID) -> UInt64 { self[node].alignment }
    /// The flat core types of a value.
    public func flatTypes(_ node: NodeID) -> FlatTypes { self[node].flat }

    /// The node of a field of a record.
    public func node(_ record: NodeID, field index: Int) -> NodeID {
        guard case .record(let fields) = self[record].operation, index < fields.indices.count,
            let node = self.fields[fields.indices.lowerBound + index].node
        else {
            preconditionFailure("the plan's node has no field \(index)")
        }
        return node
    }
}

/// Makes a ``CanonicalPlan``.
public struct CanonicalPlanBuilder {
    typealias Node = CanonicalPlan.Node
    typealias Field = CanonicalPlan.Field
    typealias Fields = CanonicalPlan.Fields
    typealias Operation = CanonicalPlan.Operation
    /// The number of a type in the plan.
    public typealias NodeID = CanonicalPlan.NodeID

    private let width: PointerWidth
    private var nodes: [Node] = []
    private var fields: [Field] = []
    private var known: [ComponentValueType: NodeID] = [:]

    /// An empty plan for one width of pointers.
    public init(width: PointerWidth) { self.width = width }

    /// The plan with what was added.
    public func finish() -> CanonicalPlan { CanonicalPlan(width: width, nodes: nodes, fields: fields) }

    private subscript(id: NodeID) -> Node { nodes[Int(id.index)] }

    /// Adds a type, and the types in it.
    public mutating func add(_ type: ComponentValueType, of types: ComponentTypes) -> NodeID {
        if let node = known[type] { return node }
        let info = types.info(type)
        let layout = width == .bits32 ? info.layout32 : info.layout64
        let (operation, isPlain) = operation(type, types)
        nodes.append(
            Node(
                operation: operation, size: layout.size, alignment: layout.alignment, flat: info.flat,
                isPlain: isPlain))
        let id = NodeID(index: Int32(nodes.count - 1))
        known[type] = id
        return id
    }

    /// Adds the types of a list of values that are passed together, as a record.
    public mutating func add(_ list: [ComponentValueType], of types: ComponentTypes) -> NodeID {
        var info = TypeInfo()
        for type in list { info.addField(types.info(type)) }
        info.finishRecord()
        let layout = width == .bits32 ? info.layout32 : info.layout64
        let (fields, isPlain) = record(list, types)
        nodes.append(
            Node(
                operation: .record(fields), size: layout.size, alignment: layout.alignment, flat: info.flat,
                isPlain: isPlain))
        return NodeID(index: Int32(nodes.count - 1))
    }

    private mutating func operation(_ type: ComponentValueType, _ types: ComponentTypes) -> (Operation, Bool)
    {
        guard case .defined(let id) = type else {
            if case .primitive(let primitive) = type { return Self.operation(primitive) }
            return (.bool, false)
        }
        switch types[id] {
        case .primitive(let primitive): return Self.operation(primitive)
        case .record(let range), .tuple(let range):
            let (fields, isPlain) = record(types[range].compactMap(\.type), types)
            return (.record(fields), isPlain)
        case .variant(let range): return (variant(types[range].map(\.type), types), false)
        case .enumeration(let range): return (variant(types[range].map { _ in nil }, types), false)
        case .option(let payload): return (variant([nil, payload], types), false)
        case .result(let ok, let error): return (variant([ok, error], types), false)
        case .list(let element): return (.list(add(element, of: types)), false)
        case .map(let key, let value): return (.list(add([key, value], of: types)), false)
        case .fixedLengthList(let element, let count):
            let node = add(element, of: types)
            return (.fixedLengthList(node, count), self[node].isPlain)
        case .flags(let range): return (.flags(count: UInt8(range.count)), false)
        case .own(let reference): return (.own(reference.id), false)
        case .borrow(let reference): return (.borrow(reference.id), false)
        case .stream(let element):
            return (.stream(element.map { add($0, of: types) }, ChannelTypeID(index: id.index)), false)
        case .future(let element):
            return (.future(element.map { add($0, of: types) }, ChannelTypeID(index: id.index)), false)
        }
    }

    private mutating func record(_ list: [ComponentValueType], _ types: ComponentTypes) -> (Fields, Bool) {
        var layout = ValueLayout(0, alignment: 1)
        var isPlain = true
        var result: [Field] = []
        for type in list {
            let node = add(type, of: types)
            let field = types.layout(type, width)
            let offset = ValueLayout.align(layout.size, to: field.alignment)
            // Padding is not part of the value, and must not be copied from one guest to another.
            isPlain = isPlain && self[node].isPlain && offset == layout.size
            result.append(Field(node: node, offset: UInt32(truncatingIfNeeded: offset)))
            layout.addField(field)
        }
        let end = layout.size
        layout.finish()
        return (append(result), isPlain && end == layout.size)
    }

    private mutating func variant(_ cases: [ComponentValueType?], _ types: ComponentTypes) -> Operation {
        let discriminant = ValueLayout.discriminantSize(cases: cases.count)
        let alignment = cases.reduce(1) { max($0, $1.map { types.layout($0, width).alignment } ?? 1) }
        let offset = UInt32(truncatingIfNeeded: ValueLayout.align(discriminant, to: alignment))
        let result = cases.map { type in Field(node: type.map { add($0, of: types) }, offset: offset) }
        return .variant(append(result), discriminantSize: UInt8(discriminant), payloadOffset: offset)
    }

    private mutating func append(_ list: [Field]) -> Fields {
        defer { fields += list }
        return Fields(start: Int32(fields.count), count: Int32(list.count))
    }

    private static func operation(_ type: PrimitiveType) -> (Operation, Bool) {
        switch type {
        case .bool: (.bool, false)
        case .s8: (.s8, true)
        case .u8: (.u8, true)
        case .s16: (.s16, true)
        case .u16: (.u16, true)
        case .s32: (.s32, true)
        case .u32: (.u32, true)
        case .s64: (.s64, true)
        case .u64: (.u64, true)
        // Floats may be copied bit by bit: the choice of NaN is free (CanonicalABI.md, loading).
        case .f32: (.f32, true)
        case .f64: (.f64, true)
        case .char: (.char, false)
        case .string: (.string, false)
        case .errorContext: (.errorContext, false)
        }
    }
}

/// The identity of a stream's or future's type within a component.
public struct ChannelTypeID: Sendable, Hashable {
    package let index: UInt32

    package init(index: UInt32) { self.index = index }
}
