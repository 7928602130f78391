import Foundation
import TestSupport
import Testing
import WasmEngine

import Assembly

@Suite struct ComponentToolsTests {
    private static let module = """
        (module
          (import "wasi:random/random@0.2.0" "get-random-u64" (func (result i64)))
          (func (export "roll") (result i32) (i32.const 4)))
        """

    private static let world = """
        package test:dice;
        world dice { import wasi:random/random@0.2.0; export roll: func() -> u32; }
        """

    @Test func `a module becomes a component that can be inspected and is valid`() throws {
        let folder = try TemporaryFolder()
        let module = try folder.file("core.wat", Self.module)
        let wit = try folder.file("dice.wit", Self.world)
        let output = "\(folder.path)/dice.wasm"
        let recorder = ConsoleRecorder()
        let tools = ComponentTools()
        let encode = EncodeComponentRequest(modulePath: module, outputPath: output, witPaths: [wit])
        #expect(try tools.encode(encode, console: recorder.console()) == .success)
        #expect(recorder.error.hasPrefix("Wrote \(output) ("))

        let status = try tools.validate(
            ValidateComponentsRequest(paths: [output, module]), console: recorder.console())
        #expect(status == .success)
        #expect(recorder.output == "\(output): valid\n\(module): valid\n")

        let inspected = ConsoleRecorder()
        _ = try tools.inspect(InspectComponentRequest(path: output), console: inspected.console())
        for line in [
            "  import wasi:random/random@0.2.0;", "  export roll: func() -> u32;",
            "    get-random-u64: func() -> u64;", "// core module 0: ", "//   exports roll",
        ] { #expect(inspected.output.contains(line)) }

        struct Report: Decodable {
            struct Node: Decodable { let modules: [Part] }
            struct Part: Decodable { let bytes: Int }
            let kind: String
            let imports: [String]
            let exports: [String]
            let component: Node
        }
        let json = ConsoleRecorder()
        _ = try tools.inspect(InspectComponentRequest(path: output, asJSON: true), console: json.console())
        let report = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
        #expect(report.kind == "component")
        #expect(report.imports == ["wasi:random/random@0.2.0"])
        #expect(report.exports == ["roll"])
        #expect(report.component.modules.count == 1)
    }

    @Test func `a folder of WIT may hold several texts of one package`() throws {
        let folder = try TemporaryFolder()
        let module = try folder.file("core.wat", Self.module)
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/wit", withIntermediateDirectories: false)
        _ = try folder.file("wit/a.wit", "world dice { import wasi:random/random@0.2.0; export chance; }")
        _ = try folder.file(
            "wit/b.wit", "package test:dice@1.0.0;\ninterface chance { roll: func() -> u32; }")
        let encode = EncodeComponentRequest(
            modulePath: module, outputPath: "\(folder.path)/o.wasm", witPaths: ["\(folder.path)/wit"])
        let error = #expect(throws: OperatorError.self) {
            try ComponentTools().encode(encode, console: ConsoleRecorder().console())
        }
        #expect(
            error?.description == """
                \(module): The world exports test:dice/chance@1.0.0 roll, but the module exports no function \
                "test:dice/chance@1.0.0#roll".
                """)
    }

    @Test func `what is not valid is one line with the place`() throws {
        let folder = try TemporaryFolder()
        let good = try folder.file("good.wat", "(component)")
        let broken = "\(folder.path)/broken.wasm"
        try Data([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00, 0x07, 0x02, 0x01, 0x00]).write(
            to: URL(fileURLWithPath: broken))
        let inner = "\(folder.path)/inner.wasm"
        let invalid: [UInt8] = [
            0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00, 0x01, 0x17, 0x00, 0x61, 0x73, 0x6d, 0x01, 0x00,
            0x00, 0x00, 0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f, 0x03, 0x02, 0x01, 0x00, 0x0a, 0x04, 0x01,
            0x02, 0x00, 0x0b,
        ]
        try Data(invalid.prefix(9) + [UInt8(invalid.count - 10)] + invalid.dropFirst(10)).write(
            to: URL(fileURLWithPath: inner))
        let recorder = ConsoleRecorder()
        let status = try ComponentTools().validate(
            ValidateComponentsRequest(paths: [good, broken, inner]), console: recorder.console())
        #expect(status == .failure)
        #expect(recorder.output == "\(good): valid\n")
        let lines = recorder.error.split(separator: "\n")
        #expect(
            lines.contains { $0.hasPrefix("error: \(broken): ") && $0.contains("(at byte 0x") }
                || broken.isEmpty)
        #expect(lines.contains { $0.hasPrefix("error: \(inner): core module 0 (at byte 0xa): ") })
    }

    @Test func `files that cannot be used are said to be so`() throws {
        let folder = try TemporaryFolder()
        let component = try folder.file("c.wat", "(component)")
        let text = try folder.file("t.wasm", "hello")
        let console = ConsoleRecorder().console()
        let tools = ComponentTools()
        let encode = { (path: String, output: String) in
            try tools.encode(EncodeComponentRequest(modulePath: path, outputPath: output), console: console)
        }
        #expect(throws: OperatorError("\(component) is a component already")) {
            try encode(component, "\(folder.path)/o.wasm")
        }
        #expect(throws: OperatorError("\(folder.path)/none: there is no such file")) {
            try encode("\(folder.path)/none", "o.wasm")
        }
        #expect(throws: OperatorError.self) { try encode(text, "\(folder.path)/o.wasm") }
        let module = try folder.file("m.wat", "(module)")
        #expect(throws: OperatorError.self) { try encode(module, "\(folder.path)/no/such/o.wasm") }
        #expect(throws: OperatorError.self) {
            try tools.inspect(InspectComponentRequest(path: text), console: console)
        }
    }
}
