/// The sorts of component definitions that have an index space and a name outside, core modules included.
public enum ComponentSort: UInt8, Sendable, Hashable {
    case coreModule = 0x11
    case function = 0x01
    case value = 0x02
    case type = 0x03
    case component = 0x04
    case instance = 0x05

    /// The name in the text format.
    public var name: String {
        switch self {
        case .coreModule: "module"
        case .function: "func"
        case .value: "value"
        case .type: "type"
        case .component: "component"
        case .instance: "instance"
        }
    }
}

/// An alias as written.
enum AliasDefinition: Sendable {
    enum OuterSort: Sendable { case coreModule, coreType, type, component }

    case instanceExport(ComponentSort, instance: UInt32, name: NameID)
    case coreInstanceExport(CoreSort, instance: UInt32, name: NameID)
    case outer(OuterSort, count: UInt32, index: UInt32)
}

/// `(with name (instance i))`.
struct CoreInstantiationArgument: Sendable {
    var name: NameID
    var instance: UInt32
}

/// `(export name (sort i))` of a core instance made of exports.
struct CoreInlineExport: Sendable {
    var name: NameID
    var sort: CoreSort
    var index: UInt32
}

/// `(with name (sort i))`.
struct InstantiationArgument: Sendable {
    var name: NameID
    var sort: ComponentSort
    var index: UInt32
}

/// `(export name (sort i))` of an instance made of exports.
struct InlineExport: Sendable {
    var name: ExternNameReference
    var sort: ComponentSort
    var index: UInt32
}

/// One definition of a component, in the order of the binary.
struct Definition: Sendable {
    enum Kind: Sendable {
        /// An index of `ComponentDefinition.modules`.
        case coreModule(Int)
        case coreInstantiate(module: UInt32, arguments: PoolRange)
        case coreInstanceOfExports(PoolRange)
        /// An index of `ComponentDefinition.coreTypes`.
        case coreType(Int)
        /// An index of `ComponentDefinition.scopes`.
        case component(Int)
        case instantiate(component: UInt32, arguments: PoolRange)
        case instanceOfExports(PoolRange)
        case alias(AliasDefinition)
        /// An index of `ComponentDefinition.types`.
        case type(Int)
        case canonical(CanonicalDefinition)
        case start(function: UInt32, arguments: PoolRange, results: UInt32)
        case importItem(ExternNameReference, ExternTypeReference)
        case export(ExternNameReference, ComponentSort, index: UInt32, ascribed: ExternTypeReference?)
    }

    var kind: Kind
    var offset: UInt32
}

/// A custom section: its name and where its contents are.
public struct CustomSection: Sendable {
    /// The section's name.
    public let name: NameID
    /// The contents, as byte offsets of the outermost component.
    public let bytes: Range<Int>
}

/// One component of a binary: the outermost (number 0) or a nested one.
struct ComponentScope: Sendable {
    var bytes: Range<Int>
    var definitions: [Definition] = []
    var customSections: [CustomSection] = []
}

/// A decoded component binary: what the bytes say, before validation.
///
/// Everything variable-sized stands in pools and is named by index or ``PoolRange``; there is no object per node,
/// and core modules stay where they are in `bytes`.
public struct ComponentDefinition: Sendable {
    /// The binary that everything else refers to.
    public let bytes: [UInt8]
    /// The names in it.
    public internal(set) var names = NameTable()

    var scopes: [ComponentScope] = []
    var modules: [CoreModuleDefinition] = []
    var types: [TypeDefinition] = []
    var coreTypes: [CoreTypeDefinition] = []

    var labels: [LabeledType] = []
    var valueTypes: [ValueTypeReference] = []
    var declarations: [TypeDeclaration] = []
    var moduleDeclarations: [ModuleTypeDeclaration] = []
    var coreSubtypes: [CoreSubtype] = []
    var coreFields: [CoreField] = []
    var coreArguments: [CoreInstantiationArgument] = []
    var coreExports: [CoreInlineExport] = []
    var arguments: [InstantiationArgument] = []
    var exports: [InlineExport] = []
    var options: [CanonicalOption] = []
    var values: [UInt32] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Where the core modules are, nested ones included, in the order of the binary.
    public var moduleRanges: [Range<Int>] { modules.map(\.bytes) }

    /// Custom sections of the outermost component.
    public var customSections: [CustomSection] { scopes[0].customSections }
}
