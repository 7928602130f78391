/// What validation and the canonical ABI ask of a type again and again, computed once when the type is made.
package struct TypeInfo: Sendable {
    /// Nodes of the type written out as a tree.
    package var size: UInt32 = 1
    /// Levels of that tree.
    package var depth: UInt32 = 1
    package var containsBorrow = false
    /// Whether an `own` or `borrow` is somewhere inside.
    package var containsResource = false
    /// Whether values have parts outside of their own bytes: strings, lists, maps.
    package var containsPointer = false
    /// Whether a stream or future is somewhere inside.
    package var containsChannel = false
    package var flat = FlatTypes()
    package var layout32 = ValueLayout(0, alignment: 1)
    package var layout64 = ValueLayout(0, alignment: 1)

    /// Counts a type inside of this one.
    mutating func include(
        _ other: TypeInfo, limits: ComponentLimits, at offset: Int
    ) throws(ComponentModelError) {
        let (sum, overflow) = size.addingReportingOverflow(other.size)
        guard !overflow, sum <= UInt32(clamping: limits.typeSize) else {
            throw .limit("a type is larger than \(limits.typeSize) nodes (effective type size)", at: offset)
        }
        size = sum
        depth = max(depth, other.depth + 1)
        guard Int(depth) <= limits.typeDepth else {
            throw .limit(
                "types are nested deeper than \(limits.typeDepth) (type nesting is too deep)", at: offset)
        }
        containsBorrow = containsBorrow || other.containsBorrow
        containsResource = containsResource || other.containsResource
        containsPointer = containsPointer || other.containsPointer
        containsChannel = containsChannel || other.containsChannel
    }

    mutating func setLayout(_ size: UInt64, _ flat: FlatTypes.Code) {
        self.flat = FlatTypes(flat)
        layout32 = ValueLayout(size, alignment: size)
        layout64 = layout32
    }

    mutating func setPointerPair() {
        flat = FlatTypes(.pointer, .pointer)
        layout32 = ValueLayout(8, alignment: 4)
        layout64 = ValueLayout(16, alignment: 8)
        containsPointer = true
    }

    mutating func addField(_ field: TypeInfo) {
        flat.append(field.flat)
        layout32.addField(field.layout32)
        layout64.addField(field.layout64)
    }

    mutating func finishRecord() {
        layout32.finish()
        layout64.finish()
    }

    /// Makes this the layout of a variant over the payloads that are not nil.
    mutating func setVariant(cases: Int, payloads: some Sequence<TypeInfo>) {
        let discriminant = ValueLayout.discriminantSize(cases: cases)
        var payload32 = ValueLayout(0, alignment: 1)
        var payload64 = payload32
        flat = FlatTypes(.i32)
        for payload in payloads {
            flat.join(payload.flat, from: 1)
            payload32 = .union(payload32, payload.layout32)
            payload64 = .union(payload64, payload.layout64)
        }
        layout32 = .variant(discriminant: discriminant, payload: payload32)
        layout64 = .variant(discriminant: discriminant, payload: payload64)
    }

    static func primitive(_ type: PrimitiveType) -> TypeInfo {
        var info = TypeInfo()
        switch type {
        case .bool, .s8, .u8: info.setLayout(1, .i32)
        case .s16, .u16: info.setLayout(2, .i32)
        case .s32, .u32, .char, .errorContext: info.setLayout(4, .i32)
        case .s64, .u64: info.setLayout(8, .i64)
        case .f32: info.setLayout(4, .f32)
        case .f64: info.setLayout(8, .f64)
        case .string: info.setPointerPair()
        }
        return info
    }
}

extension ValueLayout {
    /// The layout that has room for either.
    @inlinable
    public static func union(_ left: ValueLayout, _ right: ValueLayout) -> ValueLayout {
        ValueLayout(max(left.size, right.size), alignment: max(left.alignment, right.alignment))
    }
}
