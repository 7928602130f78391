/// The gated features of the component model and of the core types that a component may mention.
///
/// The emoji of the explainer are named at each flag. Core features matter here only for core types that stand
/// outside of modules and for imports and exports of modules; the engine validates the modules themselves.
public struct ComponentFeatures: OptionSet, Sendable, Hashable {
    /// The flags as bits.
    public let rawValue: UInt32

    /// A set of flags from their bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Async functions, streams, futures and their built-ins (🔀).
    public static let async = ComponentFeatures(rawValue: 1 << 0)
    /// Synchronous and asynchronous forms of the built-ins that need both (🚝).
    public static let moreAsyncBuiltins = ComponentFeatures(rawValue: 1 << 1)
    /// Async lifts without a callback (🚟).
    public static let asyncStackful = ComponentFeatures(rawValue: 1 << 2)
    /// `error-context` (📝).
    public static let errorContext = ComponentFeatures(rawValue: 1 << 3)
    /// Cooperative threads (🧵).
    public static let threading = ComponentFeatures(rawValue: 1 << 4)
    /// Preemptive threads and shared core types (🧵②).
    public static let sharedEverythingThreads = ComponentFeatures(rawValue: 1 << 5)
    /// Lists of a fixed length (🔧).
    public static let fixedLengthLists = ComponentFeatures(rawValue: 1 << 6)
    /// Maps (🗺️).
    public static let maps = ComponentFeatures(rawValue: 1 << 7)
    /// Value imports, value exports and start functions (🪙).
    public static let values = ComponentFeatures(rawValue: 1 << 8)
    /// Nested namespaces and packages in names (🪺).
    public static let nestedNames = ComponentFeatures(rawValue: 1 << 9)
    /// The attributes `implements` and `external-id` (🏷️).
    public static let implements = ComponentFeatures(rawValue: 1 << 10)
    /// The attribute `versionsuffix` (🔗).
    public static let canonicalNames = ComponentFeatures(rawValue: 1 << 11)
    /// 64-bit memories in canonical options and 64-bit representations (🐘).
    public static let memory64 = ComponentFeatures(rawValue: 1 << 12)

    /// Core: function references.
    public static let coreFunctionReferences = ComponentFeatures(rawValue: 1 << 16)
    /// Core: garbage-collected types, recursion groups, subtypes.
    public static let coreGarbageCollection = ComponentFeatures(rawValue: 1 << 17)
    /// Core: exceptions (tags, `exnref`).
    public static let coreExceptions = ComponentFeatures(rawValue: 1 << 18)
    /// Core: 64-bit memories and tables.
    public static let coreMemory64 = ComponentFeatures(rawValue: 1 << 19)
    /// Core: shared memories.
    public static let coreThreads = ComponentFeatures(rawValue: 1 << 20)
    /// Core: memories with another page size than 64 KiB.
    public static let coreCustomPageSizes = ComponentFeatures(rawValue: 1 << 21)
    /// Core: several imports under one module name in a compact form.
    public static let coreCompactImports = ComponentFeatures(rawValue: 1 << 22)
    /// Core: continuation types.
    public static let coreStackSwitching = ComponentFeatures(rawValue: 1 << 23)
    /// Core: more than one memory in a module.
    public static let coreMultiMemory = ComponentFeatures(rawValue: 1 << 24)

    /// What the engine (Wasmtime 50) enables when nothing is configured.
    public static let engineDefaults: ComponentFeatures = [
        .async, .coreFunctionReferences, .coreGarbageCollection, .coreExceptions, .coreMemory64,
        .coreMultiMemory, .coreThreads,
    ]

    /// Everything that this module implements.
    public static let all = ComponentFeatures(rawValue: 0x01ff_1fff)
}
