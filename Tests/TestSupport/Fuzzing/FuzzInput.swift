/// A fuzzer's bytes as a source of choices; zeros when they are used up.
public struct FuzzInput {
    private var rest: ArraySlice<UInt8>

    /// All choices are made from these.
    public init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// Whether from now on every choice is the first one.
    public var isEmpty: Bool { rest.isEmpty }

    /// A byte as it is.
    public mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// A number below `limit`, which is at most 256.
    public mutating func number(below limit: Int) -> Int { Int(byte()) % max(limit, 1) }

    /// Yes or no.
    public mutating func flag() -> Bool { byte() & 1 == 1 }

    /// A number of the width that its first byte says, so that small ones are as likely as large ones.
    public mutating func word() -> UInt64 {
        let width = [1, 1, 2, 4, 8, 0][number(below: 6)]
        guard width > 0 else { return UInt64.max - UInt64(byte()) }
        return (0..<width).reduce(0) { value, place in value | UInt64(byte()) << UInt64(8 * place) }
    }

    /// The next bytes, fewer when there are not so many.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
