/// The core types that a value is made of when it is passed as parameters: at most 16, or "too many".
///
/// One nibble a type in a single word. A pointer has a code of its own, because its core type depends on the memory
/// (CanonicalABI.md, flattening); the join of variants is closed under it for both widths.
public struct FlatTypes: Sendable, Hashable {
    /// `MAX_FLAT_PARAMS`.
    public static let capacity = 16

    /// One flat core type.
    public enum Code: UInt8, Sendable { case i32 = 1, i64, f32, f64, pointer }

    @usableFromInline
    var codes: UInt64 = 0
    @usableFromInline
    var length: UInt8 = 0

    /// Nothing.
    @inlinable
    public init() {}

    /// One type.
    @inlinable
    public init(single code: Code) {
        codes = UInt64(code.rawValue)
        length = 1
    }

    init(_ codes: Code...) { for code in codes { append(code) } }

    /// A pointer and a length.
    public static let pointerPair = FlatTypes(.pointer, .pointer)

    /// A discriminant and the joined types of the cases.
    public static func variant(_ cases: FlatTypes...) -> FlatTypes {
        var result = FlatTypes(.i32)
        for payload in cases { result.join(payload, from: 1) }
        return result
    }

    /// A discriminant and the joined types of two cases: an `option`, a `result`.
    public static func variant(_ first: FlatTypes, _ second: FlatTypes) -> FlatTypes {
        var result = FlatTypes(single: .i32)
        result.join(first, from: 1)
        result.join(second, from: 1)
        return result
    }

    /// The types of values one after the other.
    public static func record(_ fields: FlatTypes...) -> FlatTypes {
        var result = FlatTypes()
        for field in fields { result.append(field) }
        return result
    }

    /// Whether there are more than 16.
    public var isOverflow: Bool { length > Self.capacity }
    /// How many, 17 for an overflow.
    @inlinable
    public var count: Int { Int(length) }

    /// The type at an index below `count`.
    public subscript(index: Int) -> Code {
        get {
            switch codes >> UInt64(index * 4) & 0xf {
            case 1: .i32
            case 2: .i64
            case 3: .f32
            case 4: .f64
            default: .pointer
            }
        }
        set {
            let shift = UInt64(index * 4)
            codes = codes & ~(0xf << shift) | UInt64(newValue.rawValue) << shift
        }
    }

    mutating func overflow() {
        length = UInt8(Self.capacity + 1)
        codes = 0
    }

    mutating func append(_ code: Code) {
        guard length < Self.capacity else { return overflow() }
        length += 1
        self[Int(length) - 1] = code
    }

    mutating func append(_ other: FlatTypes) {
        guard !isOverflow, count + other.count <= Self.capacity else { return overflow() }
        codes |= other.codes << UInt64(count * 4)
        length += other.length
    }

    /// Lays a case of a variant over the cases before it; `self` starts after the discriminant.
    mutating func join(_ other: FlatTypes, from start: Int) {
        guard !isOverflow, start + other.count <= Self.capacity else { return overflow() }
        for index in 0..<other.count {
            if start + index < count {
                self[start + index] = Self.join(self[start + index], other[index])
            } else {
                append(other[index])
            }
        }
    }

    private static func join(_ left: Code, _ right: Code) -> Code {
        if left == right { return left }
        switch (left, right) {
        case (.i32, .f32), (.f32, .i32): return .i32
        case (.pointer, .i32), (.i32, .pointer), (.pointer, .f32), (.f32, .pointer): return .pointer
        default: return .i64
        }
    }

    /// The core types for a memory whose pointers are of type `pointer`.
    func coreTypes(pointer: CoreValueType) -> [CoreValueType] {
        (0..<count).map { index in
            switch self[index] {
            case .i32: .i32
            case .i64: .i64
            case .f32: .f32
            case .f64: .f64
            case .pointer: pointer
            }
        }
    }
}
