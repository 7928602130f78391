/// What one component binary may cost, whatever it says about itself.
///
/// The defaults are the engine's own where the engine has the limit, so that both accept the same components.
/// Each is checked before memory is set aside for the quantity.
public struct ComponentLimits: Sendable, Hashable {
    /// Bytes of the whole binary. Offsets are 32-bit in the decoded form.
    public var totalBytes = 1 << 30
    /// Bytes of one name.
    public var nameBytes = 100_000
    /// Components inside components, and component or instance types inside of each other.
    public var nesting = 100
    /// Definitions in one component, over all sections.
    public var definitions = 1_000_000
    /// Core and component types in one scope.
    public var types = 1_000_000
    /// Declarations in one component or instance type.
    public var typeDeclarations = 1_000_000
    /// Declarations in one core module type.
    public var moduleTypeDeclarations = 100_000
    /// Core and component functions in one scope.
    public var functions = 1_000_000
    /// Exports of one component.
    public var exports = 1_000_000
    /// Core modules in one scope.
    public var modules = 1_000
    /// Components in one scope.
    public var components = 1_000
    /// Core and component instances in one scope.
    public var instances = 1_000
    /// Values in one scope.
    public var values = 1_000
    /// Tables, memories, globals and tags in one scope, each.
    public var coreItems = 1_000_000
    /// Arguments or exports of one instance expression.
    public var instantiationArguments = 100_000
    /// Parameters of one function.
    public var parameters = 1_000
    /// Fields of a record, cases of a variant or an enum, types of a tuple.
    public var members = 10_000
    /// Labels of a `flags` type, before the specification's own limit of 32.
    public var flags = 1_000
    /// Options of one canonical definition.
    public var canonicalOptions = 10
    /// Arguments of a start function.
    public var startArguments = 1_000
    /// Elements of a fixed-length list.
    public var fixedLengthListElements = 1 << 30
    /// Types inside types.
    public var typeDepth = 100
    /// Nodes of one type, written out as a tree.
    public var typeSize = 1_000_000
    /// Bytes of one value of a type in a 64-bit memory (Binary.md, type definitions).
    public var valueSize = 1 << 28
    /// Types, imports, exports, functions, globals of one core module, each.
    public var coreModuleItems = 1_000_000
    /// Tables, and memories, of one core module, each.
    public var coreModuleTables = 100
    /// Fields of one core structure type.
    public var coreStructFields = 10_000
    /// Core subtypes above each other.
    public var coreSubtypeDepth = 63
    /// Steps of walking through types (comparison, substitution, search) for one binary. It bounds the time of
    /// validation where a small binary could otherwise ask for the same large type again and again.
    public var typeSteps = 50_000_000

    /// The defaults.
    public init() {}
}
