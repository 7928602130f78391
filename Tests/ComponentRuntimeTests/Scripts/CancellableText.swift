import WasmEngine

@testable import ComponentModel

/// Component text with the immediate `cancellable`, which the binary format has and the engine's parser refuses: it is parsed
/// without, and the immediate is put into the binary.
enum CancellableText {
    struct Unclear: Error, CustomStringConvertible {
        let description = "the canonical definitions of the text and of the binary do not correspond"
    }

    static func binary(of form: ScriptForm, text: String) throws -> [UInt8] {
        var bytes = try WasmText.binary(fromText: text.replacing(" cancellable", with: ""))
        var decoder = ComponentDecoder(bytes: bytes, features: .all, limits: ComponentLimits())
        let offsets = try decoder.decode().scopes.flatMap(\.definitions).compactMap { definition in
            if case .canonical = definition.kind { Int(definition.offset) } else { nil }
        }
        let definitions = canonicalDefinitions(in: form)
        guard definitions.count == offsets.count else { throw Unclear() }
        // Both are in the order in which they stand; the immediate follows the byte that says which built-in it is.
        for (definition, offset) in zip(definitions, offsets.sorted())
        where definition.items.contains(where: { $0.word == "cancellable" }) {
            guard bytes[offset + 1] == 0 else { throw Unclear() }
            bytes[offset + 1] = 1
        }
        return bytes
    }

    private static func canonicalDefinitions(in form: ScriptForm) -> [ScriptForm] {
        form.head == "canon" ? [form] : form.items.flatMap(canonicalDefinitions)
    }
}
