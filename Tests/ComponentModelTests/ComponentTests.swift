import ComponentModel
import Testing
import WasmEngine

@Suite("Components")
struct ComponentTests {
    private func component(
        _ text: String, features: ComponentFeatures = .all, limits: ComponentLimits = ComponentLimits()
    ) throws -> Component {
        try Component(WasmText.binary(fromText: "(component \(text))"), features: features, limits: limits)
    }

    private func error(
        _ text: String, features: ComponentFeatures = .all, limits: ComponentLimits = ComponentLimits()
    ) -> ComponentModelError? {
        #expect(throws: ComponentModelError.self) {
            try component(text, features: features, limits: limits)
        }
    }

    @Test func `imports and exports have names, sorts and resource types`() throws {
        let component = try component(
            """
            (import "demo:kv/store@0.1.0" (instance $i
                (export "bucket" (type (sub resource)))
                (export "open" (func (param "name" string) (result u32)))))
            (alias export $i "open" (func $f))
            (export "open" (func $f))
            """)
        #expect(component.imports.map(\.name) == ["demo:kv/store@0.1.0"])
        #expect(component.imports.map(\.entity.sort) == [.instance])
        #expect(component.exports.map(\.entity.sort) == [.function])
        #expect(component.importedResources.map(\.path) == [["demo:kv/store@0.1.0", "bucket"]])
    }

    @Test func `an instantiation makes resource types of its own`() throws {
        let component = try component(
            """
            (component $c (type $r (resource (rep i32))) (export "r" (type $r)))
            (instance $a (instantiate $c)) (instance $b (instantiate $c))
            (alias export $a "r" (type $ra)) (alias export $b "r" (type $rb))
            (export "ra" (type $ra)) (export "rb" (type $rb))
            """)
        #expect(component.exportedResources.map(\.path) == [["ra"], ["rb"]])
        #expect(Set(component.exportedResources.map(\.id)).count == 2)
    }

    @Test func `an error says what and where`() throws {
        let problem = try #require(error("(import \"aB\" (func))"))
        #expect(problem.code == .invalid)
        #expect(problem.message == "import name `aB` is not a valid extern name: `aB` is not in kebab case")
        #expect(problem.offset == 18)
        #expect(problem.description.hasSuffix("(at byte 0x12)"))
    }

    @Test func `labels are equal whatever their case and hyphens, as for the engine`() throws {
        let text = { (given: String) in
            """
            (component $c (import "f" (func (param "read-all" u8))))
            (import "g" (func $g (param "\(given)" u8)))
            (instance (instantiate $c (with "f" (func $g))))
            """
        }
        _ = try component(text("READ-all"))
        _ = try component(text("readall"))
        #expect(error(text("read-any"))?.code == .invalid)
    }

    @Test func `a mismatch names the way to it`() throws {
        let problem = error(
            """
            (component $c (import "i" (instance (export "f" (func (param "x" u8))))))
            (import "f" (func $f (param "x" string)))
            (instance $i (export "f" (func $f)))
            (instance (instantiate $c (with "i" (instance $i))))
            """)
        #expect(
            problem?.message == """
                type mismatch for import `i`: type mismatch in instance export `f`: type mismatch in function \
                parameter `x`: expected primitive `u8`, found primitive `string`
                """)
    }

    @Test(arguments: [
        ("(type (stream u8))", ComponentFeatures.async), ("(type (map u8 u8))", .maps),
        ("(type (list u8 4))", .fixedLengthLists), ("(type error-context)", .errorContext),
        ("(import \"a\" (value string))", .values),
        ("(import \"a\" (implements \"a:b/c\") (instance))", .implements),
        ("(core type (struct))", .coreGarbageCollection),
        ("(core func (canon thread.yield))", .async),
    ])
    func `a gated construct needs its feature`(text: String, feature: ComponentFeatures) throws {
        #expect(error(text, features: .all.subtracting(feature))?.code == .featureDisabled)
        guard feature != .values else { return }
        _ = try component(text)
    }

    @Test func `what the engine enables is enough for released toolchains`() throws {
        _ = try component(
            "(import \"f\" (func async (param \"a\" (stream u8)) (result (future string))))",
            features: .engineDefaults)
    }

    @Test func `limits are kept`() {
        var limits = ComponentLimits()
        limits.typeDepth = 3
        #expect(
            error("(type $a (list u8)) (type $b (list $a)) (type (list $b))", limits: limits)?.code
                == .limitExceeded)
        limits = ComponentLimits()
        limits.nesting = 2
        #expect(error("(component (component))", limits: limits)?.code == .limitExceeded)
        #expect(
            error("(type (component (type (component (type (component))))))", limits: limits)?.code
                == .limitExceeded)
        limits = ComponentLimits()
        limits.instances = 1
        #expect(error("(instance) (core instance)", limits: limits)?.code == .limitExceeded)
        limits = ComponentLimits()
        limits.nameBytes = 3
        #expect(error("(import \"abcd\" (func))", limits: limits)?.code == .limitExceeded)
        limits = ComponentLimits()
        limits.totalBytes = 10
        #expect(error("(type u8)", limits: limits)?.code == .limitExceeded)
    }

    @Test func `a value of 2^28 bytes is too large`() throws {
        let pairs = (0..<27).map { "(type $t\($0 + 1) (list $t\($0) 2))" }.joined(separator: " ")
        _ = try component("(type $t0 u8) \(pairs)")
        #expect(error("(type $t0 u8) \(pairs) (type (list $t27 2))")?.code == .limitExceeded)
    }

    @Test func `types that double with each definition are refused, not written out`() {
        let doubling = (0..<60).map { "(type $t\($0 + 1) (tuple $t\($0) $t\($0)))" }.joined(separator: " ")
        #expect(error("(type $t0 u8) \(doubling)")?.code == .limitExceeded)
    }

    @Test func `time is bounded where a large type is asked for again and again`() {
        let doubling = (0..<18).map { "(type $t\($0 + 1) (tuple $t\($0) $t\($0)))" }.joined(separator: " ")
        let again = (0..<18).map { "(type $u\($0 + 1) (tuple $u\($0) $u\($0)))" }.joined(separator: " ")
        let imports = (0..<400).map { "(import \"f\($0)\" (func (param \"a\" $t18)))" }.joined(separator: " ")
        let arguments = (0..<400).map { "(with \"f\($0)\" (func $g))" }.joined(separator: " ")
        var limits = ComponentLimits()
        limits.typeSteps = 5_000_000
        let problem = error(
            """
            (component $c (type $t0 u8) \(doubling) \(imports))
            (type $u0 u8) \(again) (import "g" (func $g (param "a" $u18)))
            (instance (instantiate $c \(arguments)))
            """, limits: limits)
        #expect(problem?.code == .limitExceeded)
    }

    @Test func `a count without elements costs nothing`() {
        // A type section that announces 2^32 - 1 types, and a tuple that announces 10,000.
        let huge: [UInt8] = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 7, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]
        #expect(throws: ComponentModelError.self) { try Component(huge) }
        let tuple: [UInt8] = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 7, 4, 1, 0x6f, 0x90, 0x4e]
        #expect(throws: ComponentModelError.self) { try Component(tuple) }
    }

    @Test func `modules and components are told apart by their first bytes`() throws {
        let module = try WasmText.binary(fromText: "(module)")
        let component = try WasmText.binary(fromText: "(component)")
        #expect(Component.isComponent(component) && !Component.isComponent(module))
        #expect(CoreModule.isModule(module) && !CoreModule.isModule(component))
        #expect(throws: ComponentModelError.self) { try Component(module) }
        #expect(throws: ComponentModelError.self) { try CoreModule(component) }
        #expect(throws: ComponentModelError.self) { try Component([]) }
    }

    @Test func `a module shows its imports, exports and embedded world`() throws {
        let module = try CoreModule(
            WasmText.binary(
                fromText: """
                    (module
                        (import "wasi:cli/stdout@0.2.0" "get-stdout" (func (result i32)))
                        (func (export "run")) (memory (export "memory") 1)
                        (@custom "component-type:demo" "world")
                        (@custom "other" "x"))
                    """))
        #expect(module.imports.map(\.module) == ["wasi:cli/stdout@0.2.0"])
        #expect(module.exportedFunctions == ["run"])
        #expect(module.componentTypes.map(\.name) == ["component-type:demo"])
        #expect(module.componentTypes.map { Array($0.contents) } == [Array("world".utf8)])
        #expect(module.customSections.count == 2)
    }

    @Test func `types are described as WIT writes them`() throws {
        let component = try component(
            """
            (type $r (record (field "a" u8) (field "b" (option string))))
            (import "r" (type $t (eq $r)))
            (import "f" (func async (param "x" (list $t)) (result (result u8 (error (tuple f32 char))))))
            """)
        let description = TypeDescription(component)
        #expect(
            component.imports.map { description.text($0.entity) } == [
                "type record { a: u8, b: option<string> }",
                "async func(x: list<record { a: u8, b: option<string> }>) -> result<u8, tuple<f32, char>>",
            ])
    }

    @Test func `a description of a deep type is short`() throws {
        let deep = (0..<90).map { "(type $t\($0 + 1) (list $t\($0)))" }.joined(separator: " ")
        let component = try component(
            "(type $t0 (tuple u8)) \(deep) (import \"f\" (func (param \"x\" $t90)))")
        let text = component.imports.map { TypeDescription(component).text($0.entity) }
        #expect(text == ["func(x: list<list<list<list<list<list<…>>>>>>)"])
    }
}
