/// What a component needs to know of a core module that it contains: where its bytes are, and the types of what it
/// imports and exports. Its code is the engine's to validate.
public struct CoreModuleDefinition: Sendable {
    /// An import. Type indices are of the module.
    package struct Import: Sendable {
        package var module: NameID
        package var name: NameID
        package var type: CoreEntityType
        package var offset: UInt32
    }

    package struct Export: Sendable {
        package var name: NameID
        package var sort: CoreSort
        package var index: UInt32
        package var offset: UInt32
    }

    /// The module, as byte offsets of the outermost component.
    public let bytes: Range<Int>
    /// Custom sections of the module, `component-type` ones among them.
    public internal(set) var customSections: [CustomSection] = []

    package var groups: [CoreRecursionGroup] = []
    package var imports: [Import] = []
    package var exports: [Export] = []
    /// Type indices of all functions, imported ones first.
    package var functions: [UInt32] = []
    package var tables: [CoreTableType] = []
    package var memories: [CoreMemoryType] = []
    package var globals: [CoreGlobalType] = []
    /// Type indices of all tags.
    package var tags: [UInt32] = []

    package init(bytes: Range<Int>) { self.bytes = bytes }
}
