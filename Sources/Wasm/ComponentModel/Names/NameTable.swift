/// A name of the binary, by its number in ``NameTable``. Equal numbers mean equal names.
public struct NameID: Sendable, Hashable {
    let rawValue: UInt32
}

/// Each name of a binary once.
public struct NameTable: Sendable {
    private var strings: [String] = []
    private var numbers: [String: UInt32] = [:]

    init() {}

    /// The name of a number that this table gave out.
    public subscript(id: NameID) -> String { strings[Int(id.rawValue)] }

    /// The number of a name, if the binary has it.
    public func find(_ name: String) -> NameID? { numbers[name].map(NameID.init(rawValue:)) }

    mutating func intern(_ name: String) -> NameID {
        if let number = numbers[name] { return NameID(rawValue: number) }
        let number = UInt32(strings.count)
        strings.append(name)
        numbers[name] = number
        return NameID(rawValue: number)
    }
}
