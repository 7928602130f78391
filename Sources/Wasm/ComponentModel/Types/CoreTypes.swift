/// A stretch of one of the pools of ``ComponentDefinition`` or ``ComponentTypes``.
public struct PoolRange: Sendable, Hashable {
    package let start: UInt32
    package let length: UInt32

    package init(start: Int, length: Int) {
        self.start = UInt32(start)
        self.length = UInt32(length)
    }

    package static let empty = PoolRange(start: 0, length: 0)

    /// How many elements.
    public var count: Int { Int(length) }
    /// The indices in the pool.
    public var indices: Range<Int> { Int(start)..<Int(start) + Int(length) }
}

/// What a field of a core structure or array holds.
package enum CoreStorageType: Hashable, Sendable {
    case i8
    case i16
    case value(CoreValueType)
}

/// A field of a core structure, the element of an array, or a parameter or result of a function.
package struct CoreField: Hashable, Sendable {
    package var storage: CoreStorageType
    package var isMutable: Bool
}

/// One core type as it stands in a type section.
package struct CoreSubtype: Sendable {
    package enum Kind: UInt8, Sendable { case function, structure, array, continuation }

    package var kind: Kind
    package var isFinal: Bool
    package var isShared: Bool
    /// A type index, as decoded; canonical after validation.
    package var supertype: UInt32?
    /// Parameters then results, fields, the element, or the continuation's function as a concrete reference.
    package var fields: PoolRange
    /// How many of a function's fields are parameters.
    package var parameterCount: UInt32
}

/// A group of core types that may refer to each other.
package struct CoreRecursionGroup: Sendable {
    package var isExplicit: Bool
    package var subtypes: PoolRange
    package var offset: UInt32
}

/// Minimum and maximum of a table or a memory.
package struct CoreLimits: Hashable, Sendable {
    package var minimum: UInt64
    package var maximum: UInt64?
    package var isShared: Bool
    package var is64: Bool
}

/// A core table's type.
package struct CoreTableType: Hashable, Sendable {
    package var element: CoreValueType
    package var limits: CoreLimits
}

/// A core memory's type.
public struct CoreMemoryType: Hashable, Sendable {
    package var limits: CoreLimits
    /// Logarithm of the page size in bytes.
    package var pageSizeLog2: UInt32
    package var hasCustomPageSize: Bool

    /// Whether addresses are 64-bit.
    public var is64: Bool { limits.is64 }
}

/// A core global's type.
package struct CoreGlobalType: Hashable, Sendable {
    package var content: CoreValueType
    package var isMutable: Bool
    package var isShared: Bool
}

/// The type of an import or export of a core module. Type indices are as decoded, or canonical in validated types.
package enum CoreEntityType: Hashable, Sendable {
    case function(UInt32)
    case exactFunction(UInt32)
    case table(CoreTableType)
    case memory(CoreMemoryType)
    case global(CoreGlobalType)
    case tag(UInt32)

    package var name: String {
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
