import ComponentModel

/// What the first lines of a script say about the features that it is for.
///
/// Two ways are in use: `;;! component_model_async = true`, where what is not named is off, and the options of a command,
/// `;; RUN: wast % -f cm-async,-cm-map`, which change the defaults.
struct ScriptFeatures {
    /// The features to validate with.
    private(set) var enabled: ComponentFeatures
    /// Names of features that this project does not have.
    private(set) var unknown: [String] = []

    /// Where a script says nothing: everything but what the specification's own scripts expect to be off.
    static let undeclared = ComponentFeatures.all.subtracting(.nestedNames)

    init(script: String) {
        let comments = script.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { $0.isEmpty || $0.hasPrefix(";;") }
        enabled = Self.undeclared
        if comments.contains(where: { $0.hasPrefix(";;!") }) {
            enabled = ComponentFeatures.engineDefaults.subtracting(.async)
            for comment in comments where comment.hasPrefix(";;!") {
                let words = comment.dropFirst(3).split(whereSeparator: \.isWhitespace)
                if words.count == 3 { set(String(words[0]), isOn: words[2] == "true") }
            }
        } else if comments.contains(where: { $0.hasPrefix(";; RUN: ") }) {
            enabled = .engineDefaults.union(.coreCompactImports)
            for list in comments.flatMap(Self.lists(in:)) {
                for name in list.split(separator: ",") {
                    set(String(name.trimmingPrefix("-")), isOn: !name.hasPrefix("-"))
                }
            }
        }
    }

    /// What follows `-f` or `--features`, with a space or an equals sign between.
    private static func lists(in comment: Substring) -> [Substring] {
        let words = comment.split { $0.isWhitespace || $0 == "=" }
        return zip(words, words.dropFirst()).filter { $0.0 == "-f" || $0.0 == "--features" }.map(\.1)
    }

    private mutating func set(_ name: String, isOn: Bool) {
        let name = name.replacing("_", with: "-").replacing("component-model-", with: "cm-")
        if let features = Self.byName[name] {
            if isOn { enabled.formUnion(features) } else { enabled.subtract(features) }
        } else if isOn, !Self.alwaysOn.contains(name) {
            unknown.append(name)
        }
    }

    private static let byName: [String: ComponentFeatures] = [
        "cm-async": .async, "cm-more-async-builtins": .moreAsyncBuiltins, "cm-async-stackful": .asyncStackful,
        "cm-error-context": .errorContext, "cm-threading": .threading,
        "shared-everything-threads": .sharedEverythingThreads, "cm-fixed-length-lists": .fixedLengthLists,
        "cm-map": .maps, "cm-values": .values, "cm-nested-names": .nestedNames, "cm-implements": .implements,
        "cm-canon-names": .canonicalNames, "cm64": .memory64, "cm-memory64": .memory64,
        "function-references": .coreFunctionReferences, "gc": .coreGarbageCollection,
        "exceptions": .coreExceptions, "memory64": .coreMemory64, "threads": .coreThreads,
        "custom-page-sizes": .coreCustomPageSizes, "stack-switching": .coreStackSwitching,
        "multi-memory": .coreMultiMemory,
    ]

    /// Core features that the engine has without being asked, and remarks that are no features.
    private static let alwaysOn: Set<String> = [
        "reference-types", "bulk-memory", "simd", "gc-types", "hogs-memory", "multi-value", "tail-call",
        "extended-const", "relaxed-simd", "wide-arithmetic",
    ]
}
