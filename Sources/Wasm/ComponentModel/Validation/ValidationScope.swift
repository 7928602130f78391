/// What a core instance exports.
enum CoreInstanceType: Sendable {
    case module(ModuleTypeID)
    case exports(CoreExternMap)
}

/// Which names the resource types of a scope's imports or exports have.
struct ResourceNames: Sendable {
    private(set) var names: [ResourceReference: NameID] = [:]
    private(set) var all: Set<NameID> = []

    mutating func register(_ reference: ResourceReference, as name: NameID) {
        names[reference] = name
        all.insert(name)
    }
}

/// Whether an item comes in or goes out.
enum ExternKind: Sendable {
    case importItem
    case export

    var name: String { self == .importItem ? "import" : "export" }
}

/// The index spaces of a component, or of a component or instance type, while it is validated and after.
struct ValidationScope: Sendable {
    enum Kind: Sendable { case component, componentType, instanceType }

    let kind: Kind
    var coreTypes: [CoreAnyType] = []
    var modules: [ModuleTypeID] = []
    var coreInstances: [CoreInstanceType] = []
    var coreFunctions: [CoreTypeID] = []
    var coreTables: [CoreTableType] = []
    var coreMemories: [CoreMemoryType] = []
    var coreGlobals: [CoreGlobalType] = []
    var coreTags: [CoreTypeID] = []

    var types: [AnyTypeID] = []
    var functions: [FunctionTypeID] = []
    var values: [(type: ComponentValueType, isUsed: Bool)] = []
    var instances: [InstanceTypeID] = []
    var components: [ComponentTypeID] = []

    var imports = ExternMap()
    var exports = ExternMap()
    /// Keys by which strongly-unique names of imports and exports are compared.
    var importKeys: Set<String> = []
    var exportKeys: Set<String> = []
    var info = TypeInfo()

    /// Resource types bound by imports, in order, with their places.
    var importedResources: [(id: ResourceID, path: ResourcePath)] = []
    /// Resource types made here, in order; those with a representation are local.
    var definedResources: [ResourceID] = []
    var representations: [ResourceID: CoreValueType] = [:]
    var explicitResources: [ResourceID: ResourcePath] = [:]
    /// Identities of types that imports, and exports, may mention.
    var importedTypes: Set<AnyTypeID> = []
    var exportedTypes: Set<AnyTypeID> = []
    var importedResourceNames = ResourceNames()
    var exportedResourceNames = ResourceNames()
    /// The type of the context slots, once a built-in has said it.
    var contextType: CoreValueType?

    init(kind: Kind) { self.kind = kind }
}

/// What an instantiation does to resource types: those of the component's type, and what they are in this instance.
struct ResourceSubstitution: Sendable {
    /// Resource types that imports of the component bind, and what the arguments supply.
    var imported: [(of: ResourceID, is: ResourceID)] = []
    /// Resource types that the component makes, and those of this instance.
    var defined: [(of: ResourceID, is: ResourceID)] = []
}
