/// What a component needs to know of a core module that it contains: where its bytes are, and the types of what it
/// imports and exports. Its code is the engine's to validate.
public struct CoreModuleDefinition: Sendable {
    /// An import. Type indices are of the module.
    struct Import: Sendable {
        var module: NameID
        var name: NameID
        var type: CoreEntityType
        var offset: UInt32
    }

    struct Export: Sendable {
        var name: NameID
        var sort: CoreSort
        var index: UInt32
        var offset: UInt32
    }

    /// The module, as byte offsets of the outermost component.
    public let bytes: Range<Int>
    /// Custom sections of the module, `component-type` ones among them.
    public internal(set) var customSections: [CustomSection] = []

    var groups: [CoreRecursionGroup] = []
    var imports: [Import] = []
    var exports: [Export] = []
    /// Type indices of all functions, imported ones first.
    var functions: [UInt32] = []
    var tables: [CoreTableType] = []
    var memories: [CoreMemoryType] = []
    var globals: [CoreGlobalType] = []
    /// Type indices of all tags.
    var tags: [UInt32] = []

    init(bytes: Range<Int>) { self.bytes = bytes }
}
