import ComponentModel
import Testing
import WasmEngine

@testable import ComponentEncoding

@Suite struct EncoderTests {
    private static let judge = Result { try ComponentJudge(features: .gated) }

    private func encode(_ world: World, _ module: DummyModule) throws -> [UInt8] {
        try ComponentEncoder(world: world).encode(try CoreModule(module.bytes))
    }

    @Test(arguments: ["imports", "exports", "both", "whole"], DummyModule.Style.allCases)
    func `ours and the engine accept a component of every kind of world`(
        name: String, style: DummyModule.Style
    ) throws {
        let world = try Worlds.world(Worlds.everything, name)
        var module = DummyModule(world, style)
        if style == .async { module.addBuiltins() }
        let bytes = try encode(world, module)
        let component = try Component(bytes)
        #expect(Set(component.exports.map(\.name)) == Set(world.exports.map(\.name)))
        let used = Set(component.imports.map(\.name))
        #expect(used.isSubset(of: world.imports.map(\.name)))
        #expect(try Self.judge.get().refusal(ofComponent: bytes) == nil)
    }

    @Test(arguments: ["import", "export"])
    func `the engine accepts async functions, streams and futures of the library`(verb: String) throws {
        let world = try Worlds.library(verb)
        let bytes = try encode(world, DummyModule(world, .async))
        _ = try Component(bytes)
        #expect(try Self.judge.get().refusal(ofComponent: bytes) == nil)
    }

    @Test func `what a module does not use is not imported`() throws {
        let module = try CoreModule(
            try WasmText.binary(
                fromText: """
                    (module (import "wasi:random/random@0.2.3" "get-random-u64" (func (result i64))))
                    """))
        let component = try Component(try ComponentEncoder().encode(module))
        #expect(component.imports.map(\.name) == ["wasi:random/random@0.2.3"])
        guard case .instance(let id)? = component.imports.first?.entity else { return #expect(Bool(false)) }
        #expect(component.types[id].exports.count == 1)
    }

    @Test func `a static function brings the resource type that it belongs to`() throws {
        let world = try Worlds.world(
            """
            package test:a;
            interface things { resource thing { count: static func() -> u32; other: static func(); } }
            world w { import things; }
            """, "w")
        let module = try CoreModule(
            try WasmText.binary(
                fromText: """
                    (module (import "test:a/things" "[static]thing.count" (func (result i32))))
                    """))
        let component = try Component(try ComponentEncoder(world: world).encode(module))
        guard case .instance(let id)? = component.imports.first?.entity else { return #expect(Bool(false)) }
        let items = component.items(component.types[id].exports)
        #expect(items.map(\.name) == ["thing", "[static]thing.count"])
    }

    @Test(arguments: ["[async-lift]", "[async-lift-stackful]"])
    func `an async export whose result is too large for numbers has a memory`(form: String) throws {
        let world = try Worlds.world(
            """
            package test:a;
            world w { export big: async func() -> tuple<\(Array(repeating: "u8", count: 17).joined(separator: ", "))>; }
            """, "w")
        let callback =
            "(func (export \"[callback][async-lift]big\") (param i32 i32 i32) (result i32) unreachable)"
        let module = try CoreModule(
            try WasmText.binary(
                fromText: """
                    (module
                      (memory (export "memory") 1)
                      (func (export "\(form)big") \(form == "[async-lift]" ? "(result i32)" : "") unreachable)
                      \(form == "[async-lift]" ? callback : ""))
                    """))
        let bytes = try ComponentEncoder(world: world).encode(module)
        _ = try Component(bytes, features: .all)
        #expect(try Self.judge.get().refusal(ofComponent: bytes) == nil)
    }

    @Test func `packages that are not mentioned have the version of those that are`() throws {
        let module = try CoreModule(
            try WasmText.binary(
                fromText: """
                    (module
                      (import "wasi:http/types@0.2.4" "[method]incoming-body.stream" (func (param i32 i32)))
                      (memory (export "memory") 1))
                    """))
        let component = try Component(try ComponentEncoder().encode(module))
        #expect(
            component.imports.map(\.name) == [
                "wasi:io/streams@0.2.4", "wasi:http/types@0.2.4",
            ])
    }

    @Test func `the world that bindings embedded is used, and its description left out`() throws {
        let section = try WasmText.binary(fromText: Worlds.embedded)
        let world = try EmbeddedWorld(section: "component-type", section[...])
        #expect(world.stringEncoding == .utf16)
        #expect(world.world.name == "test:a/w")
        var module = DummyModule(world.world)
        module.customSections = [("component-type:w", section), ("name", [])]
        let bytes = try ComponentEncoder().encode(try CoreModule(module.bytes))
        let component = try Component(bytes)
        let main = try #require(component.definition.moduleRanges.first)
        #expect(try CoreModule(Array(bytes[main])).customSections.map(\.name) == ["name"])
        #expect(try World(component, name: "test:a/w").wit == world.world.wit)
        #expect(try Self.judge.get().refusal(ofComponent: bytes) == nil)
    }

    @Test func `several embedded worlds are put together`() throws {
        let section = try WasmText.binary(fromText: Worlds.embedded)
        let more = try WasmText.binary(
            fromText: Worlds.embedded.replacing("\"log\"", with: "\"note\"").replacing(
                "\"run\"", with: "\"stop\""
            ).replacing("\"get\"", with: "\"find\""))
        var world = try EmbeddedWorld(section: "a", section[...]).world
        try world.merge(try EmbeddedWorld(section: "b", more[...]).world)
        var module = DummyModule(world)
        module.customSections = [("component-type:a", section), ("component-type:b", more)]
        let component = try Component(try ComponentEncoder().encode(try CoreModule(module.bytes)))
        #expect(Set(component.exports.map(\.name)) == ["run", "stop", "test:a/counter@1.0.0"])
        #expect(Set(component.imports.map(\.name)) == ["log", "note", "test:a/names@1.0.0"])
        #expect(world[try #require(world.imported("test:a/names@1.0.0"))].functions.count == 2)
    }

    @Test func `a broken description is reported`() throws {
        let section = try WasmText.binary(fromText: Worlds.embedded)
        for (contents, part) in [
            (Array(section.prefix(60)), "is broken"), ([3, 0, 1, 0x61], "before 2024"),
            (try WasmText.binary(fromText: "(component)"), "describes no world"),
        ] {
            var module = DummyModule(World(name: "empty"))
            module.customSections = [("component-type", contents)]
            let bytes = module.bytes
            let error = #expect(throws: EncodingError.self) {
                try ComponentEncoder().encode(try CoreModule(bytes))
            }
            #expect(error?.description.contains(part) == true)
        }
    }

    @Test(
        arguments: [
            (
                "(module (import \"env\" \"f\" (func)))",
                "The module imports \"f\" of \"env\", which is not part of a WIT world. An adapter can supply it (--adapt env=FILE)."
            ),
            (
                "(module (import \"wasi:random/random@0.2.0\" \"get-random-u64\" (func (result i32))))",
                "The module imports \"get-random-u64\" of \"wasi:random/random@0.2.0\" as () -> (i32), but by its WIT type it is () -> (i64)."
            ),
            (
                "(module (import \"wasi:random/random@0.2.0\" \"get-random-bytes\" (func (param i64 i32))))",
                "The module must export its memory as \"memory\": \"get-random-bytes\" of \"wasi:random/random@0.2.0\" reads or writes it."
            ),
            (
                "(module (import \"wasi:random/random@0.2.0\" \"get-random-bytes\" (func (param i64 i32))) (memory (export \"memory\") 1))",
                "The module must export \"cabi_realloc\", the function that allocates: \"get-random-bytes\" of \"wasi:random/random@0.2.0\" gives it lists or strings."
            ),
            (
                "(module (import \"wasi:random/random@0.2.0\" \"roll\" (func)))",
                "Interface wasi:random/random@0.2.0 of the world has no function \"roll\", which the module imports."
            ),
            (
                "(module (import \"wasi:nothing/here@0.2.0\" \"f\" (func)))",
                "The module embeds no description of its world, and Martlet has no definition of an interface that it uses: there is no package wasi:nothing@0.2.0 among the WIT texts."
            ),
            (
                "(module (func (export \"wasi:http/incoming-handler@0.2.0#other\")))",
                "The world exports wasi:http/incoming-handler@0.2.0 handle, but the module exports no function \"wasi:http/incoming-handler@0.2.0#handle\"."
            ),
            (
                "(module (import \"wasi:io/poll@0.2.0\" \"m\" (memory 1)))",
                "The module imports the memory \"m\" of \"wasi:io/poll@0.2.0\"; components supply functions only."
            ),
        ] as [(String, String)])
    func `what is missing is said in a sentence`(text: String, sentence: String) throws {
        let module = try CoreModule(try WasmText.binary(fromText: text))
        #expect(throws: EncodingError(sentence)) { try ComponentEncoder().encode(module) }
    }

    @Test func `an adapter is given the main module's memory and exports`() throws {
        let adapter = try CoreModule(
            try WasmText.binary(
                fromText: """
                    (module
                      (import "env" "memory" (memory 0))
                      (import "__main_module__" "twice" (func $twice (param i32) (result i32)))
                      (import "wasi:random/random@0.2.0" "get-random-u64" (func $random (result i64)))
                      (func (export "roll") (param i32) (result i32)
                        (i64.store (local.get 0) (call $random))
                        (call $twice (local.get 0))))
                    """))
        let module = try CoreModule(
            try WasmText.binary(
                fromText: """
                    (module
                      (import "dice" "roll" (func $roll (param i32) (result i32)))
                      (memory (export "memory") 1)
                      (func (export "twice") (param i32) (result i32)
                        (i32.add (local.get 0) (local.get 0)))
                      (func (export "play") (result i32) (call $roll (i32.const 8))))
                    """))
        var sources = InterfaceLibrary.sources
        try sources.add(
            """
            package test:dice;
            world game { import wasi:random/random@0.2.0; export play: func() -> u32; }
            """, file: "dice.wit")
        var encoder = ComponentEncoder(world: try sources.world("game"))
        #expect(throws: EncodingError.self) { try encoder.encode(module) }
        encoder.adapters = [ComponentEncoder.Adapter(name: "dice", module: adapter)]
        let bytes = try encoder.encode(module)
        #expect(try Component(bytes).exports.map(\.name) == ["play"])
        #expect(try Self.judge.get().refusal(ofComponent: bytes) == nil)
    }
}
