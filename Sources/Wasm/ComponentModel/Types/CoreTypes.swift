/// A stretch of one of the pools of ``ComponentDefinition`` or ``ComponentTypes``.
public struct PoolRange: Sendable, Hashable {
    let start: UInt32
    let length: UInt32

    init(start: Int, length: Int) {
        self.start = UInt32(start)
        self.length = UInt32(length)
    }

    static let empty = PoolRange(start: 0, length: 0)

    /// How many elements.
    public var count: Int { Int(length) }
    /// The indices in the pool.
    public var indices: Range<Int> { Int(start)..<Int(start) + Int(length) }
}

/// What a field of a core structure or array holds.
enum CoreStorageType: Hashable, Sendable {
    case i8
    case i16
    case value(CoreValueType)
}

/// A field of a core structure, the element of an array, or a parameter or result of a function.
struct CoreField: Hashable, Sendable {
    var storage: CoreStorageType
    var isMutable: Bool
}

/// One core type as it stands in a type section.
struct CoreSubtype: Sendable {
    enum Kind: UInt8, Sendable { case function, structure, array, continuation }

    var kind: Kind
    var isFinal: Bool
    var isShared: Bool
    /// A type index, as decoded; canonical after validation.
    var supertype: UInt32?
    /// Parameters then results, fields, the element, or the continuation's function as a concrete reference.
    var fields: PoolRange
    /// How many of a function's fields are parameters.
    var parameterCount: UInt32
}

/// A group of core types that may refer to each other.
struct CoreRecursionGroup: Sendable {
    var isExplicit: Bool
    var subtypes: PoolRange
    var offset: UInt32
}

/// Minimum and maximum of a table or a memory.
struct CoreLimits: Hashable, Sendable {
    var minimum: UInt64
    var maximum: UInt64?
    var isShared: Bool
    var is64: Bool
}

/// A core table's type.
struct CoreTableType: Hashable, Sendable {
    var element: CoreValueType
    var limits: CoreLimits
}

/// A core memory's type.
public struct CoreMemoryType: Hashable, Sendable {
    var limits: CoreLimits
    /// Logarithm of the page size in bytes.
    var pageSizeLog2: UInt32
    var hasCustomPageSize: Bool

    /// Whether addresses are 64-bit.
    public var is64: Bool { limits.is64 }
}

/// A core global's type.
struct CoreGlobalType: Hashable, Sendable {
    var content: CoreValueType
    var isMutable: Bool
    var isShared: Bool
}

/// The type of an import or export of a core module. Type indices are as decoded, or canonical in validated types.
enum CoreEntityType: Hashable, Sendable {
    case function(UInt32)
    case exactFunction(UInt32)
    case table(CoreTableType)
    case memory(CoreMemoryType)
    case global(CoreGlobalType)
    case tag(UInt32)

    var name: String {
        switch self {
        case .function: "func"
        case .exactFunction: "func_exact"
        case .table: "table"
        case .memory: "memory"
        case .global: "global"
        case .tag: "tag"
        }
    }
}

/// The sorts of core definitions that instances export, with their opcodes.
public enum CoreSort: UInt8, Sendable, Hashable {
    case function = 0x00
    case table = 0x01
    case memory = 0x02
    case global = 0x03
    case tag = 0x04

    /// The name in the text format.
    public var name: String {
        switch self {
        case .function: "function"
        case .table: "table"
        case .memory: "memory"
        case .global: "global"
        case .tag: "tag"
        }
    }
}
