import TestSupport

@testable import ComponentModel

/// What the fuzzer does with its bytes here, by the name of the target. A test runs the same over committed inputs.
///
/// Each gives a sentence when a promise is broken; a crash, a hang or much memory is found by the fuzzer itself.
enum ComponentFuzzing {
    static let targets: [String: @Sendable ([UInt8]) -> String?] = [
        "decoder": decoder, "validator": validator, "canonical": canonical,
    ]

    /// Decodes what may be a component, or a core module.
    @Sendable static func decoder(_ bytes: [UInt8]) -> String? {
        var decoder = ComponentDecoder(bytes: bytes, features: .all, limits: ComponentLimits())
        guard let definition = try? decoder.decode() else {
            // Not being a component is an answer; a core module may still be one.
            _ = try? CoreModule(bytes, features: .all)
            return nil
        }
        let ranges = definition.moduleRanges + definition.customSections.map(\.bytes)
        return ranges.allSatisfy { $0.upperBound <= bytes.count } ? nil : "a range lies outside of the binary"
    }

    /// Validates, and describes what was accepted.
    @Sendable static func validator(_ bytes: [UInt8]) -> String? {
        let narrow = try? Component(bytes)
        let wide = try? Component(bytes, features: .all)
        if let wide {
            let described = (wide.imports + wide.exports).allSatisfy { !$0.name.isEmpty || bytes.count > 8 }
            if !described { return "an item without a name" }
        }
        return narrow != nil && wide == nil ? "more features accept less" : nil
    }

    /// Lifts, copies and lowers values of types, memories and core values that are all the fuzzer's.
    @Sendable static func canonical(_ bytes: [UInt8]) -> String? {
        var input = FuzzInput(bytes)
        guard let component = try? Component(FuzzedType(&input).binary, features: .all),
            let function = component.types.functions.last
        else { return nil }
        return CanonicalFuzzing(component, function, &input).problem()
    }
}
