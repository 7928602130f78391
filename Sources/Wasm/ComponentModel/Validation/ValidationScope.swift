/// What a core instance exports.
package enum CoreInstanceType: Sendable {
    case module(ModuleTypeID)
    case exports(CoreExternMap)
}

/// Which names the resource types of a scope's imports or exports have.
package struct ResourceNames: Sendable {
    private(set) var names: [ResourceReference: NameID] = [:]
    private(set) var all: Set<NameID> = []

    package mutating func register(_ reference: ResourceReference, as name: NameID) {
        names[reference] = name
        all.insert(name)
    }
}

/// Whether an item comes in or goes out.
package enum ExternKind: Sendable {
    case importItem
    case export

    package var name: String { self == .importItem ? "import" : "export" }
}

/// The index spaces of a component, or of a component or instance type, while it is validated and after.
package struct ValidationScope: Sendable {
    package enum Kind: Sendable { case component, componentType, instanceType }

    package let kind: Kind
    package var coreTypes: [CoreAnyType] = []
    package var modules: [ModuleTypeID] = []
    package var coreInstances: [CoreInstanceType] = []
    package var coreFunctions: [CoreTypeID] = []
    package var coreTables: [CoreTableType] = []
    package var coreMemories: [CoreMemoryType] = []
    package var coreGlobals: [CoreGlobalType] = []
    package var coreTags: [CoreTypeID] = []

    package var types: [AnyTypeID] = []
    package var functions: [FunctionTypeID] = []
    package var values: [(type: ComponentValueType, isUsed: Bool)] = []
    package var instances: [InstanceTypeID] = []
    package var components: [ComponentTypeID] = []

    package var imports = ExternMap()
    package var exports = ExternMap()
    /// Keys by which strongly-unique names of imports and exports are compared.
    package var importKeys: Set<String> = []
    package var exportKeys: Set<String> = []
    package var info = TypeInfo()

    /// Resource types bound by imports, in order, with their places.
    package var importedResources: [(id: ResourceID, path: ResourcePath)] = []
    /// Resource types made here, in order; those with a representation are local.
    package var definedResources: [ResourceID] = []
    package var representations: [ResourceID: CoreValueType] = [:]
    package var explicitResources: [ResourceID: ResourcePath] = [:]
    /// Identities of types that imports, and exports, may mention.
    package var importedTypes: Set<AnyTypeID> = []
    package var exportedTypes: Set<AnyTypeID> = []
    package var importedResourceNames = ResourceNames()
    package var exportedResourceNames = ResourceNames()
    /// The type of the context slots, once a built-in has said it.
    package var contextType: CoreValueType?

    package init(kind: Kind) { self.kind = kind }
}

/// What an instantiation does to resource types: those of the component's type, and what they are in this instance.
package struct ResourceSubstitution: Sendable {
    /// Resource types that imports of the component bind, and what the arguments supply.
    package var imported: [(of: ResourceID, is: ResourceID)] = []
    /// Resource types that the component makes, and those of this instance.
    package var defined: [(of: ResourceID, is: ResourceID)] = []
}
