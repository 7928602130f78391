/// A decoded and validated component.
///
/// Immutable, and safe to share. The definition says what is in the binary, ``types`` what it means.
public struct Component: Sendable {
    /// What the binary says.
    public let definition: ComponentDefinition
    /// All types, resolved.
    public let types: ComponentTypes
    /// Names in the types; those of the definition have the same numbers.
    public let names: NameTable
    /// The type of the outermost component: its imports and exports.
    public let type: ComponentType
    /// Index spaces of the components, by number of component.
    let scopes: [ValidationScope]
    let substitutions: [ComponentValidator.SubstitutionKey: ResourceSubstitution]

    /// Decodes and validates a binary.
    ///
    /// The core modules in it are left for the engine to validate, apart from their types, imports and exports.
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

    /// Whether bytes begin like a component binary.
    public static func isComponent(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: ComponentDecoder.preamble)
    }
}
