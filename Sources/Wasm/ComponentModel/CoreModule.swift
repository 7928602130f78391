/// A core module on its own: what it imports and exports, and its custom sections.
///
/// For modules that speak a component world without being wrapped in a component: wit-bindgen embeds the world's type
/// in a custom section whose contents are a component binary. The engine validates the module itself.
public struct CoreModule: Sendable {
    /// The prefix of names of custom sections that hold a world's type.
    public static let componentTypePrefix = "component-type"

    /// The module, with a name table of its own.
    public let definition: CoreModuleDefinition
    /// The names in it.
    public let names: NameTable
    /// The module.
    public let bytes: [UInt8]
    private let subtypes: [CoreSubtype]
    private let fields: [CoreField]

    /// Decodes a module.
    public init(
        _ bytes: [UInt8], features: ComponentFeatures = .engineDefaults,
        limits: ComponentLimits = ComponentLimits()
    ) throws(ComponentModelError) {
        guard bytes.count <= limits.totalBytes else {
            throw .limit("\(bytes.count) bytes are more than \(limits.totalBytes)", at: 0)
        }
        var decoder = ComponentDecoder(bytes: bytes, features: features, limits: limits)
        definition = try decoder.coreModuleDefinition()
        names = decoder.result.names
        subtypes = decoder.result.coreSubtypes
        fields = decoder.result.coreFields
        self.bytes = bytes
    }

    /// Parameters and results of the function type of a number, if it is one.
    package func signature(type: UInt32) -> CoreSignature? {
        // The subtypes of all groups, in order, are the module's type index space.
        guard Int(type) < subtypes.count, subtypes[Int(type)].kind == .function else { return nil }
        let subtype = subtypes[Int(type)]
        let all = fields[subtype.fields.indices].map { field in
            if case .value(let type) = field.storage { type } else { CoreValueType.i32 }
        }
        let count = Int(subtype.parameterCount)
        return CoreSignature(parameters: Array(all.prefix(count)), results: Array(all.dropFirst(count)))
    }

    /// Parameters and results of the function of a number.
    package func signature(function: UInt32) -> CoreSignature? {
        guard Int(function) < definition.functions.count else { return nil }
        return signature(type: definition.functions[Int(function)])
    }

    /// Whether bytes begin like a module binary.
    public static func isModule(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: ComponentDecoder.modulePreamble)
    }

    /// Custom sections by name and contents, in order.
    public var customSections: [(name: String, contents: ArraySlice<UInt8>)] {
        definition.customSections.map { (names[$0.name], bytes[$0.bytes]) }
    }

    /// Contents of the sections that hold a world's type: each is a component binary for ``Component``.
    public var componentTypes: [(name: String, contents: ArraySlice<UInt8>)] {
        customSections.filter { section in
            section.name == Self.componentTypePrefix || section.name.hasPrefix(Self.componentTypePrefix + ":")
        }
    }

    /// Imports as pairs of module and item name.
    public var imports: [(module: String, name: String)] {
        definition.imports.map { (names[$0.module], names[$0.name]) }
    }

    /// Names of exported functions.
    public var exportedFunctions: [String] {
        definition.exports.filter { $0.sort == .function }.map { names[$0.name] }
    }
}
