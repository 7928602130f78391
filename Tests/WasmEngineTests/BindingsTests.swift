import Foundation
import Testing

import CWasmtime

/// `CWasmtime` against `_bindings.py` of the wheel that brings the library: same functions, same structures.
@Suite struct BindingsTests {
    private let header: String
    private let bindings: String

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        header = try String(
            contentsOf: root.appending(path: "Sources/Wasm/CWasmtime/include/CWasmtime.h"), encoding: .utf8)
        bindings = try String(
            contentsOf: root.appending(path: ".deps/wasmtime/_bindings.py"), encoding: .utf8)
    }

    private struct Declaration: Equatable, CustomStringConvertible {
        let name: String
        let result: String
        let parameters: [String]
        var description: String { "\(name)(\(parameters.joined(separator: ", "))) -> \(result)" }
    }

    @Test func everyFunctionHasTheSignatureOfTheBindings() throws {
        let declared = try declarationsOfHeader()
        #expect(declared.count > 90)
        let library = try #require(dlopen(nil, RTLD_NOW))
        for function in declared {
            #expect(try declarationOfBindings(function.name) == function)
            #expect(dlsym(library, function.name) != nil, "\(function.name) is not in the library")
        }
    }

    private func declarationsOfHeader() throws -> [Declaration] {
        let text = header.replacing(/\/\/[^\n]*/, with: "").replacing(/#[^\n]*/, with: "")
        return text.matches(of: /(?m)^((?:const )?\w+ \*?)(wasm\w*)\(([^;]*?)\);/).map { match in
            let list = match.3.replacing(/\s+/, with: " ")
            let parameters = list == "void" ? [] : list.split(separator: ",").map { kind(ofC: String($0)) }
            return Declaration(
                name: String(match.2), result: kind(ofC: String(match.1)), parameters: parameters)
        }
    }

    private func declarationOfBindings(_ name: String) throws -> Declaration? {
        let pattern = try Regex<(Substring, Substring, Substring)>(
            "_\(name)\\.restype = (.*)\\n_\(name)\\.argtypes = \\[(.*)\\]")
        guard let match = bindings.firstMatch(of: pattern) else { return nil }
        // A comma inside parentheses belongs to a callback's own list.
        var depth = 0
        var parameters = [""]
        for character in match.2 {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 {
                parameters.append("")
            } else {
                parameters[parameters.count - 1].append(character)
            }
        }
        let kinds = match.2.isEmpty ? [] : parameters.map(kind(ofPython:))
        return Declaration(name: name, result: kind(ofPython: String(match.1)), parameters: kinds)
    }

    /// The machine's view of a type: what matters for a call.
    private func kind(ofC type: String) -> String {
        let text = type.trimmingCharacters(in: .whitespaces)
        if text.contains("*") || text.contains("[]") || text.contains("_callback_t")
            || text.contains("finalizer_t")
        {
            return "pointer"
        }
        let name = text.replacing("const ", with: "").split(separator: " ").first.map(String.init) ?? ""
        return Self.numbers[name] ?? name
    }

    private func kind(ofPython type: String) -> String {
        let text = type.trimmingCharacters(in: .whitespaces).replacing("ctypes.", with: "")
        if text.hasPrefix("POINTER") || text.hasPrefix("CFUNCTYPE") || text == "c_void_p"
            || text.contains("_callback_t")
        {
            return "pointer"
        }
        if text == "None" { return "void" }
        return Self.numbers[text] ?? text
    }

    private static let numbers = [
        "c_bool": "bool", "c_uint8": "uint8", "c_uint32": "uint32", "c_uint64": "uint64", "c_int64": "int64",
        "c_size_t": "size", "size_t": "size", "uint8_t": "uint8", "uint32_t": "uint32", "uint64_t": "uint64",
        "int64_t": "int64", "wasm_valkind_t": "uint8", "wasm_externkind_t": "uint8",
        "wasmtime_trap_code_t": "uint8", "wasmtime_opt_level_t": "uint8",
        "wasmtime_regalloc_algorithm_t": "uint8",
    ]

    @Test func everyStructureHasTheFieldsOfTheBindings() {
        let sizes: [(String, Int)] = [
            ("wasm_byte_vec_t", MemoryLayout<wasm_byte_vec_t>.size),
            ("wasm_limits_t", MemoryLayout<wasm_limits_t>.size),
            ("wasmtime_func", MemoryLayout<wasmtime_func_t>.size),
            ("wasmtime_instance", MemoryLayout<wasmtime_instance_t>.size),
            ("wasmtime_memory", MemoryLayout<wasmtime_memory_t>.size),
            ("wasmtime_table", MemoryLayout<wasmtime_table_t>.size),
            ("wasmtime_global", MemoryLayout<wasmtime_global_t>.size),
            ("wasmtime_extern", MemoryLayout<wasmtime_extern_t>.size),
            ("wasmtime_val", MemoryLayout<wasmtime_val_t>.size),
            ("wasmtime_val_raw", MemoryLayout<wasmtime_val_raw_t>.size),
            ("wasmtime_linear_memory", MemoryLayout<wasmtime_linear_memory_t>.size),
            ("wasmtime_memory_creator", MemoryLayout<wasmtime_memory_creator_t>.size),
            ("wasmtime_stack_memory", MemoryLayout<wasmtime_stack_memory_t>.size),
            ("wasmtime_stack_creator", MemoryLayout<wasmtime_stack_creator_t>.size),
            ("wasmtime_component_func", MemoryLayout<wasmtime_component_func_t>.size),
            ("wasmtime_component_instance", MemoryLayout<wasmtime_component_instance_t>.size),
            ("wasmtime_component_val", MemoryLayout<wasmtime_component_val_t>.size),
            (
                "wasmtime_component_valrecord_entry",
                MemoryLayout<wasmtime_component_valrecord_entry_t>.size
            ),
        ]
        for (name, size) in sizes { #expect(layout(of: name).size == size, "size of \(name)") }
        #expect(offset("of", in: "wasmtime_val") == MemoryLayout<wasmtime_val_t>.offset(of: \.of))
        #expect(offset("of", in: "wasmtime_extern") == MemoryLayout<wasmtime_extern_t>.offset(of: \.of))
        #expect(
            offset("__private2", in: "wasmtime_memory")
                == MemoryLayout<wasmtime_memory_t>.offset(of: \.reserved))
        #expect(
            offset("__private3", in: "wasmtime_global")
                == MemoryLayout<wasmtime_global_t>.offset(of: \.reserved3))
    }

    // MARK: - Layouts by the rules of the C ABI, from the bindings' text

    private func layout(of name: String) -> (size: Int, alignment: Int) {
        let known = [
            "c_uint8": 1, "c_bool": 1, "c_uint32": 4, "c_int32": 4, "c_float": 4, "c_uint64": 8, "c_int64": 8,
            "c_double": 8, "c_size_t": 8, "c_void_p": 8,
        ]
        if let size = known[name] { return (size, size) }
        if name.hasPrefix("POINTER") || name.hasPrefix("CFUNCTYPE") { return (8, 8) }
        if name == "wasmtime_v128" { return (16, 1) }
        if let alias = alias(of: name) { return layout(of: alias) }
        var size = 0
        var alignment = 1
        for (_, type) in fields(of: name) {
            let field = layout(of: type)
            alignment = max(alignment, field.alignment)
            size = isUnion(name) ? max(size, field.size) : align(size, field.alignment) + field.size
        }
        return (align(size, alignment), alignment)
    }

    private func offset(_ field: String, in name: String) -> Int? {
        var position = 0
        for (candidate, type) in fields(of: name) {
            let layout = layout(of: type)
            position = align(position, layout.alignment)
            if candidate == field { return position }
            position += layout.size
        }
        return nil
    }

    private func align(_ size: Int, _ alignment: Int) -> Int {
        (size + alignment - 1) / alignment * alignment
    }

    private func isUnion(_ name: String) -> Bool { bindings.contains("class \(name)(ctypes.Union)") }

    private func alias(of name: String) -> String? {
        guard let pattern = try? Regex<(Substring, Substring)>("(?m)^\(name) = (?:ctypes\\.)?(\\w+)") else {
            return nil
        }
        return bindings.firstMatch(of: pattern).map { String($0.1) }
    }

    private func fields(of name: String) -> [(String, String)] {
        // Structures that refer to each other get their fields after all of them are declared.
        let declarations = ["\n\(name)._fields_ = [", "\nclass \(name)(ctypes."]
        guard let start = declarations.lazy.compactMap({ bindings.range(of: $0)?.upperBound }).first,
            let end = bindings[start...].range(of: "\n    ]\n")?.lowerBound
        else { return [] }
        return bindings[start..<end].matches(of: /\("(\w+)", (?:ctypes\.)?([\w.]+)/).map {
            (String($0.1), String($0.2))
        }
    }
}
