/// A core module's sections, with the few facts that the engine's C API does not tell.
///
/// The engine validates the module; what does not parse here is handed to it as it is, for its message.
struct ModuleOutline: Sendable {
    /// Whether instantiation runs code of the guest.
    private(set) var hasStartFunction = false
    /// Memories the module defines itself.
    private(set) var definedMemories = 0

    private(set) var sections: [Section] = []
    private(set) var typeCount = 0
    private(set) var importedFunctions = 0
    private(set) var definedFunctions = 0

    struct Section: Sendable {
        let id: UInt8
        let body: ArraySlice<UInt8>
    }

    /// The eight bytes before the first section: magic and version.
    static let preambleCount = 8

    init?(_ binary: [UInt8]) {
        guard binary.count >= Self.preambleCount else { return nil }
        var reader = BinaryReader(binary[Self.preambleCount...])
        while !reader.isAtEnd {
            guard let id = reader.byte(), let size = reader.number(), let body = reader.slice(size) else {
                return nil
            }
            sections.append(Section(id: id, body: body))
            guard note(id, body) != nil else { return nil }
        }
    }

    private mutating func note(_ id: UInt8, _ body: ArraySlice<UInt8>) -> Void? {
        if id == 8 { hasStartFunction = true }
        guard [1, 2, 3, 5].contains(id) else { return () }
        var reader = BinaryReader(body)
        guard let count = reader.number() else { return nil }
        switch id {
        case 1:
            for _ in 0..<count {
                guard let types = reader.skipRecursiveType() else { return nil }
                typeCount += types
            }
        case 2:
            for _ in 0..<count {
                guard let isFunction = reader.skipImport() else { return nil }
                if isFunction { importedFunctions += 1 }
            }
        case 3: definedFunctions = count
        default: definedMemories = count
        }
        return ()
    }
}
