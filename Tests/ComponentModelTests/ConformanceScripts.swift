import Foundation
import WasmEngine

/// The specification's own test scripts, read for what they say about single components.
enum ConformanceScripts {
    enum Expectation: String, Sendable { case valid, invalid, malformed }

    /// A component of a script.
    struct Case: Sendable, CustomStringConvertible {
        var script: String
        var line: Int
        var expectation: Expectation
        var bytes: [UInt8]
        var description: String { "\(script):\(line)" }
    }

    /// Beside the repository; absent where only the repository was cloned.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/conformance/component-model").standardizedFileURL

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// Cases whose text the engine's parser refuses, so that there are no bytes to judge, by script and line.
    static let unreadable: [String: String] = [
        "async/cancellable.wast:13": "the parser no longer knows `cancellable`",
        "validation/attributes.wast:78": "a refusal of text",
        "validation/attributes.wast:82": "a refusal of text",
        "validation/attributes.wast:88": "a refusal of text",
        "validation/attributes.wast:92": "a refusal of text",
        "validation/outer-alias.wast:282": "a refusal of text",
    ]

    /// All cases, and those that could not be read.
    static let all = cases(in: folder)

    /// Cases of the folder that `COMPONENT_SUITE` in the environment names, if it does.
    static let named: [Case] =
        ProcessInfo.processInfo.environment["COMPONENT_SUITE"].map { path in
            path.isEmpty ? [] : cases(in: URL(filePath: path).standardizedFileURL).cases
        } ?? []

    private static func cases(in folder: URL) -> (cases: [Case], unreadable: [String]) {
        var cases: [Case] = []
        var unreadable: [String] = []
        for script in scripts(in: folder) {
            let text = (try? String(contentsOf: folder.appending(path: script), encoding: .utf8)) ?? ""
            for (form, expectation) in components(in: text[...]) {
                switch bytes(of: form) {
                case .success(let bytes)?:
                    cases.append(
                        Case(script: script, line: form.line, expectation: expectation, bytes: bytes))
                case .failure?: unreadable.append("\(script):\(form.line)")
                case nil: break
                }
            }
        }
        return (cases, unreadable)
    }

    /// The components for comparisons between hosts that stand beside the scripts.
    static func hellos() throws -> [Case] {
        try ["hello-0.2", "hello-0.3"].map { name in
            let file = folder.deletingLastPathComponent().appending(path: "hello/\(name).wat")
            let text = try String(contentsOf: file, encoding: .utf8)
            return Case(
                script: name, line: 1, expectation: .valid, bytes: try WasmText.binary(fromText: text))
        }
    }

    private static func scripts(in folder: URL) -> [String] {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".wast") }.sorted()
    }

    private static func components(in text: Substring) -> [(ScriptReader.Form, Expectation)] {
        ScriptReader.forms(text).compactMap { form in
            switch form.head.first {
            case "component": return (form, .valid)
            case "assert_invalid": return form.forms.first.map { ($0, .invalid) }
            case "assert_malformed": return form.forms.first.map { ($0, .malformed) }
            case "assert_trap", "assert_unlinkable":
                return form.forms.first.flatMap { $0.head.first == "component" ? ($0, .valid) : nil }
            default: return nil
            }
        }
    }

    /// The binary of a form; nil for one that defines nothing.
    private static func bytes(of form: ScriptReader.Form) -> Result<[UInt8], any Error>? {
        let head = form.head
        guard head.first == "component", head.dropFirst().first != "instance" else { return nil }
        if head.contains("binary") { return .success(form.strings.flatMap(\.self)) }
        var text = String(form.text)
        if head.contains("quote") {
            text = String(decoding: form.strings.flatMap(\.self), as: UTF8.self)
        } else if head.dropFirst().first == "definition", let range = text.firstRange(of: "definition") {
            text.removeSubrange(range)
        }
        return Result { try WasmText.binary(fromText: text) }
    }
}
