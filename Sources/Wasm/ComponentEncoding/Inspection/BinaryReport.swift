public import ComponentModel

/// What is in a WebAssembly file: for people as text, for programs as data.
public struct BinaryReport: Sendable, Encodable {
    /// A core module.
    public struct Module: Sendable, Encodable {
        /// Bytes of the binary.
        public let bytes: Int
        /// What is imported.
        public let imports: [Import]
        /// Names of what is exported, with the sort.
        public let exports: [Export]
        /// Custom sections.
        public let customSections: [Section]
    }

    /// An import of a core module.
    public struct Import: Sendable, Encodable {
        /// The first name.
        public let module: String
        /// The second name.
        public let name: String
        /// `func`, `memory`, `table`, `global` or `tag`.
        public let sort: String
    }

    /// An export of a core module.
    public struct Export: Sendable, Encodable {
        /// The name.
        public let name: String
        /// `function`, `memory`, `table`, `global` or `tag`.
        public let sort: String
    }

    /// A custom section.
    public struct Section: Sendable, Encodable {
        /// The name.
        public let name: String
        /// Bytes of the contents.
        public let bytes: Int
    }

    /// A component, with those nested in it.
    public struct Node: Sendable, Encodable {
        /// Bytes of the binary.
        public let bytes: Int
        /// Core modules defined in it.
        public let modules: [Module]
        /// Components defined in it.
        public let components: [Node]
        /// Custom sections.
        public let customSections: [Section]
    }

    /// `component` or `module`.
    public let kind: String
    /// Bytes of the file.
    public let bytes: Int
    /// What is imported and exported as WIT; of a core module that speaks a world, that world.
    public let wit: String?
    /// Names of the component's imports.
    public let imports: [String]
    /// Names of the component's exports.
    public let exports: [String]
    /// What a component is made of.
    public let component: Node?
    /// What a core module consists of.
    public let module: Module?

    /// Reports on a component.
    ///
    /// - Throws: ``EncodingError`` when its types are too large.
    public init(_ component: Component) throws(EncodingError) {
        kind = "component"
        bytes = component.definition.bytes.count
        wit = try World(component).wit
        imports = component.imports.map(\.name)
        exports = component.exports.map(\.name)
        self.component = Self.node(0, of: component)
        module = nil
    }

    /// Reports on a core module.
    ///
    /// - Throws: ``EncodingError`` when the module describes its world, and the description is broken.
    public init(_ module: CoreModule) throws(EncodingError) {
        kind = "module"
        bytes = module.bytes.count
        let (embedded, _) = try ComponentEncoder.embedded(in: module)
        var world = embedded
        if world == nil, ComponentEncoder.speaksWorld(module) { world = try World(namesOf: module) }
        wit = world?.wit
        imports = world?.imports.map(\.name) ?? []
        exports = world?.exports.map(\.name) ?? []
        component = nil
        self.module = Self.module(module.definition, module.names)
    }

    private static func module(_ definition: CoreModuleDefinition, _ names: NameTable) -> Module {
        Module(
            bytes: definition.bytes.count,
            imports: definition.imports.map {
                Import(module: names[$0.module], name: names[$0.name], sort: $0.type.name)
            }, exports: definition.exports.map { Export(name: names[$0.name], sort: $0.sort.name) },
            customSections: definition.customSections.map {
                Section(name: names[$0.name], bytes: $0.bytes.count)
            })
    }

    // Nesting is bounded by the decoder's limits.
    private static func node(_ number: Int, of component: Component) -> Node {
        let scope = component.definition.scopes[number]
        var modules: [Module] = []
        var components: [Node] = []
        for definition in scope.definitions {
            switch definition.kind {
            case .coreModule(let index):
                modules.append(module(component.definition.modules[index], component.names))
            case .component(let index): components.append(node(index, of: component))
            default: break
            }
        }
        return Node(
            bytes: scope.bytes.count, modules: modules, components: components,
            customSections: scope.customSections.map {
                Section(name: component.names[$0.name], bytes: $0.bytes.count)
            })
    }
}
