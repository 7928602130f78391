/// A core module's sections, with the few facts that the engine's C API does not tell.
///
/// The engine validates the module; what does not parse here is handed to it as it is, for its message.
struct ModuleOutline: Sendable {
    /// Whether instantiation runs code of the guest.
    private(set) var hasStartFunction = false
    /// Memories the module defines itself: the flags of their types, and how many pages they begin with.
    private(set) var memories: [(flags: UInt8, minimum: Int)] = []
    /// Tables the module defines itself.
    private(set) var definedTables = 0
    /// Memories it imports; their indices come first.
    private(set) var importedMemories = 0
    /// Whether its types speak of references that the engine's collector looks after.
    private(set) var hasManagedReferences = false
    /// Functions, globals and imports: what an instance's own record has room for.
    private(set) var recordItems = 0

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
        // Exceptions are objects of the collector.
        if id == 13 { hasManagedReferences = true }
        guard [1, 2, 3, 4, 5, 6].contains(id) else { return () }
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
                guard let kind = reader.skipImport() else { return nil }
                if kind == .function { importedFunctions += 1 }
                if kind == .memory { importedMemories += 1 }
                if kind == .tag { hasManagedReferences = true }
            }
            recordItems = min(recordItems, Self.itemsMax) + min(count, Self.itemsMax)
        case 3:
            definedFunctions = count
            recordItems = min(recordItems, Self.itemsMax) + min(count, Self.itemsMax)
        case 4: definedTables = count
        case 5:
            for _ in 0..<count {
                guard let limits = reader.limits() else { return nil }
                memories.append(limits)
            }
        default: recordItems = min(recordItems, Self.itemsMax) + min(count, Self.itemsMax)
        }
        if reader.sawManagedReference { hasManagedReferences = true }
        return ()
    }

    // The engine's validation allows fewer; the sum cannot overflow.
    private static let itemsMax = 1 << 32
}
