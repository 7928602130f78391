/// Numbers of 32 bits that a guest's function is called with. Unlike an array they need no memory of their own.
public struct IntegerArguments {
    /// How many a call can have.
    public static let most = 16

    private var values: [16 of UInt32] = .init(repeating: 0)
    /// How many there are.
    public private(set) var count = 0

    /// None.
    public init() {}

    /// Adds one; more than ``most`` are a programmer error.
    public mutating func append(_ value: UInt32) {
        values[count] = value
        count += 1
    }

    subscript(index: Int) -> UInt32 { values[index] }
}
