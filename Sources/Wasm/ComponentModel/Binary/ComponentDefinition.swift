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
package enum AliasDefinition: Sendable {
    package enum OuterSort: Sendable { case coreModule, coreType, type, component }

    case instanceExport(ComponentSort, instance: UInt32, name: NameID)
    case coreInstanceExport(CoreSort, instance: UInt32, name: NameID)
    case outer(OuterSort, count: UInt32, index: UInt32)
}

/// `(with name (instance i))`.
package struct CoreInstantiationArgument: Sendable {
    package var name: NameID
    package var instance: UInt32
}

/// `(export name (sort i))` of a core instance made of exports.
package struct CoreInlineExport: Sendable {
    package var name: NameID
    package var sort: CoreSort
    package var index: UInt32
}

/// `(with name (sort i))`.
package struct InstantiationArgument: Sendable {
    package var name: NameID
    package var sort: ComponentSort
    package var index: UInt32
}

/// `(export name (sort i))` of an instance made of exports.
package struct InlineExport: Sendable {
    package var name: ExternNameReference
    package var sort: ComponentSort
    package var index: UInt32
}

/// One definition of a component, in the order of the binary.
package struct Definition: Sendable {
    package enum Kind: Sendable {
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

    package var kind: Kind
    package var offset: UInt32
}

/// A custom section: its name and where its contents are.
public struct CustomSection: Sendable {
    /// The section's name.
    public let name: NameID
    /// The contents, as byte offsets of the outermost component.
    public let bytes: Range<Int>
}

/// One component of a binary: the outermost (number 0) or a nested one.
package struct ComponentScope: Sendable {
    package var bytes: Range<Int>
    package var definitions: [Definition] = []
    package var customSections: [CustomSection] = []
}

/// A decoded component binary: what the bytes say, before validation.
///
/// Everything variable-sized stands in pools and is named by index or ``PoolRange``; there is no object per node,
/// and core modules stay where they are in `bytes`.
public struct ComponentDefinition: Sendable {
    /// The binary that everything else refers to. Empty where it was let go.
    public internal(set) var bytes: [UInt8]
    /// The names in it.
    public internal(set) var names = NameTable()

    package var scopes: [ComponentScope] = []
    package var modules: [CoreModuleDefinition] = []
    package var types: [TypeDefinition] = []
    package var coreTypes: [CoreTypeDefinition] = []

    package var labels: [LabeledType] = []
    package var valueTypes: [ValueTypeReference] = []
    package var declarations: [TypeDeclaration] = []
    package var moduleDeclarations: [ModuleTypeDeclaration] = []
    package var coreSubtypes: [CoreSubtype] = []
    package var coreFields: [CoreField] = []
    package var coreArguments: [CoreInstantiationArgument] = []
    package var coreExports: [CoreInlineExport] = []
    package var arguments: [InstantiationArgument] = []
    package var exports: [InlineExport] = []
    package var options: [CanonicalOption] = []
    package var values: [UInt32] = []

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// Where the core modules are, nested ones included, in the order of the binary.
    public var moduleRanges: [Range<Int>] { modules.map(\.bytes) }

    /// Custom sections of the outermost component.
    public var customSections: [CustomSection] { scopes[0].customSections }
}
