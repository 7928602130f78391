/// A decoded and validated component.
///
/// Immutable, and safe to share. The definition says what is in the binary, ``types`` what it means, and
/// ``IndexSpaces`` connects the two: the definitions of a component, in order, fill its index spaces.
public struct Component: Sendable {
    /// An import or export.
    public struct Item: Sendable {
        /// The name as written.
        public let name: String
        /// What it is.
        public let entity: EntityType
    }

    /// What the binary says.
    public private(set) var definition: ComponentDefinition
    /// All types, resolved.
    public let types: ComponentTypes
    /// Names in the types; those of the definition have the same numbers.
    public let names: NameTable
    /// The type of the outermost component: its imports and exports.
    public let type: ComponentType
    private let scopes: [ValidationScope]
    private let substitutions: [ComponentValidator.SubstitutionKey: ResourceSubstitution]

    /// Decodes and validates a binary.
    ///
    /// The core modules in it are left for the engine to validate, apart from their types, imports and exports.
    /// Beyond that the verdict is the engine's own, but for these, where this module follows the specification:
    /// names that differ in hyphens only may stand together; the `cancellable` immediate may be set; a value may have
    /// at most 2^28 bytes; and what the engine does not implement at the outermost level (imports and exports of
    /// components, exports of imported functions and of types of components or instances) is accepted.
    public init(
        _ bytes: [UInt8], features: ComponentFeatures = .engineDefaults,
        limits: ComponentLimits = ComponentLimits()
    ) throws(ComponentModelError) {
        var decoder = ComponentDecoder(bytes: bytes, features: features, limits: limits)
        let definition = try decoder.decode()
        var validator = ComponentValidator(definition, features: features, limits: limits)
        type = try validator.component(0)
        self.definition = definition
        types = validator.types
        names = validator.names
        scopes = validator.finished.compactMap(\.self)
        substitutions = validator.substitutions
    }

    /// The same without the bytes: they are most of what a component weighs, and only its core modules are in them.
    public var withoutBinary: Component {
        var component = self
        component.definition.bytes = []
        return component
    }

    /// Whether bytes begin like a component binary.
    public static func isComponent(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: ComponentDecoder.preamble)
    }

    /// What the outermost component imports, in order.
    public var imports: [Item] { items(type.imports) }
    /// What the outermost component exports, in order.
    public var exports: [Item] { items(type.exports) }

    /// The entities of a map with their names.
    public func items(_ map: ExternMap) -> [Item] {
        zip(map.names, map.entities).map { Item(name: names[$0], entity: $1) }
    }

    /// Resource types that the imports bind: each with the names that lead to it, from the import inwards.
    public var importedResources: [(id: ResourceID, path: [String])] {
        type.importedResources.map { ($0.id, path($0.path, in: type.imports)) }
    }

    /// Resource types that instances of the component make and export: each with the names that lead to it.
    public var exportedResources: [(id: ResourceID, path: [String])] {
        type.definedResources.map { ($0.id, path($0.path, in: type.exports)) }
    }

    private func path(_ path: ResourcePath, in map: ExternMap) -> [String] {
        var map = map
        var result: [String] = []
        for place in path where place < map.count {
            result.append(names[map.names[place]])
            guard case .instance(let id) = map.entities[place] else { break }
            map = types[id].exports
        }
        return result
    }

    /// How many resource types there are, over all components of the binary.
    public var resourceTypeCount: Int { Int(types.nextResource) }

    /// The index spaces of one component of the binary, as validation left them.
    package func indexSpaces(_ scope: Int) -> ValidationScope { scopes[scope] }

    /// What an instantiation does to resource types.
    package func substitution(scope: Int, definition: Int) -> ResourceSubstitution? {
        substitutions[ComponentValidator.SubstitutionKey(scope: scope, definition: definition)]
    }

    /// Canonical options of a definition in one component of the binary.
    package func canonicalOptions(_ range: PoolRange, scope: Int) -> CanonicalOptions {
        var result = CanonicalOptions()
        for option in definition.options[range.indices] {
            switch option {
            case .utf8: result.stringEncoding = .utf8
            case .utf16: result.stringEncoding = .utf16
            case .latin1UTF16: result.stringEncoding = .latin1UTF16
            case .memory(let index):
                result.memory = index
                result.pointerWidth = scopes[scope].coreMemories[Int(index)].is64 ? .bits64 : .bits32
            case .realloc(let index): result.realloc = index
            case .postReturn(let index): result.postReturn = index
            case .async: result.isAsync = true
            case .callback(let index): result.callback = index
            }
        }
        return result
    }

    /// Parameters and results of a canonical core function type.
    public func coreSignature(_ id: CoreTypeID) -> CoreSignature {
        types.core.function(id) ?? CoreSignature()
    }
}
