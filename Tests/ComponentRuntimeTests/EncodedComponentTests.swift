import ComponentEncoding
import ComponentModel
import ComponentRuntime
import NIOCore
import NIOPosix
import Synchronization
import Testing
import WasmEngine

/// Encoded components in our own runtime.
@Suite struct EncodedComponentTests {
    private static let world = """
        package test:run;
        interface store {
          resource cell {
            constructor(text: string);
            text: func() -> string;
          }
          drops: func() -> u32;
        }
        world w {
          import shout: func(text: string) -> string;
          export store;
          export greet: func(name: string) -> string;
          export sum: func() -> u32;
        }
        """

    /// Keeps a string in a resource, greets through an import, and adds with a core function of the host.
    private static let module = """
        (module
          (import "$root" "shout" (func $shout (param i32 i32 i32)))
          (import "[export]test:run/store" "[resource-new]cell" (func $new (param i32) (result i32)))
          (import "host_math" "add" (func $add (param i32 i32) (result i32)))
          (import "host_math" "from_memory" (func $load (param i32) (result i32)))
          (memory (export "memory") 1)
          (global $next (mut i32) (i32.const 1024))
          (global $drops (mut i32) (i32.const 0))
          (global $ready (mut i32) (i32.const 0))
          (func (export "_initialize") (global.set $ready (i32.const 40)))
          (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.set $next (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
            (global.get $next)
            (global.set $next (i32.add (global.get $next) (local.get 3))))
          (func (export "greet") (param i32 i32) (result i32)
            (call $shout (local.get 0) (local.get 1) (i32.const 16))
            (i32.const 16))
          (func (export "sum") (result i32)
            (i32.store (i32.const 64) (i32.const 2))
            (call $add (global.get $ready) (call $load (i32.const 64))))
          (func (export "test:run/store#[constructor]cell") (param i32 i32) (result i32)
            (local $cell i32)
            (local.set $cell (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 8)))
            (i32.store (local.get $cell) (local.get 0))
            (i32.store offset=4 (local.get $cell) (local.get 1))
            (call $new (local.get $cell)))
          (func (export "test:run/store#[method]cell.text") (param i32) (result i32) (local.get 0))
          (func (export "test:run/store#[dtor]cell") (param i32)
            (global.set $drops (i32.add (global.get $drops) (i32.const 1))))
          (func (export "test:run/store#drops") (result i32) (global.get $drops)))
        """

    private func plan(_ engine: Engine) throws -> ComponentPlan {
        var sources = WITSources()
        try sources.add(Self.world, file: "run.wit")
        var encoder = ComponentEncoder(world: try sources.world())
        encoder.nativeModules = ["host_math"]
        let module = try CoreModule(try WasmText.binary(fromText: Self.module))
        let component = try Component(try encoder.encode(module))
        let linker = ComponentLinker()
        linker.root.function("shout") { (_, text: String) throws(Trap) -> String in text.uppercased() + "!" }
        linker.coreModule(
            NativeModule.componentName(of: "host_math"),
            [
                "add": .init(FunctionType([.i32, .i32], [.i32])) { (_, values) throws(Trap) in
                    values[i32: 0] += values[i32: 1]
                },
                "from_memory": .init(FunctionType([.i32], [.i32])) { (call, values) throws(Trap) in
                    let memory = try call.memory
                    do {
                        values[i32: 0] = try memory.load(Int32.self, at: values[u32: 0])
                    } catch {
                        throw .host("\(error)")
                    }
                },
            ])
        return try linker.link(component, engine: engine)
    }

    /// Calls exports one after the other in one instance.
    private func call(
        _ calls: [([String], [ComponentValue])], _ plan: ComponentPlan, _ engine: Engine
    ) async throws -> [[ComponentValue]] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: [[ComponentValue]].self)
        loop.execute {
            do {
                let scheduler = FiberScheduler(engine: engine, eventLoop: loop)
                let instance = try ComponentInstance(plan)
                try Self.next(calls[...], [], plan, instance, scheduler, promise)
            } catch {
                promise.fail(error)
            }
        }
        return try await promise.futureResult.get()
    }

    private static func next(
        _ calls: ArraySlice<([String], [ComponentValue])>, _ results: [[ComponentValue]],
        _ plan: ComponentPlan, _ instance: ComponentInstance, _ scheduler: FiberScheduler,
        _ promise: EventLoopPromise<[[ComponentValue]]>
    ) throws {
        guard let (path, arguments) = calls.first else { return promise.succeed(results) }
        let function = path.count == 1 ? try plan.function(path[0]) : try plan.function(path[0], path[1])
        // A handle that one call returned is the argument of the next.
        let given =
            arguments.isEmpty && path.last?.hasPrefix("[method]") == true ? results.last ?? [] : arguments
        instance.call(function, given.map(Self.lent), on: scheduler, limits: FiberLimits()) { result in
            do {
                let values = try result.get()
                try next(calls.dropFirst(), results + [values], plan, instance, scheduler, promise)
            } catch {
                promise.fail(error)
            }
        }
    }

    private static func lent(_ value: ComponentValue) -> ComponentValue {
        if case .own(let resource) = value { .borrow(resource) } else { value }
    }

    @Test func `strings, resources, initialization and core functions of the host work`() async throws {
        let engine = ComponentRunner.shared.engine
        let plan = try plan(engine)
        let results = try await call(
            [
                (["greet"], [.string("martlet")]), (["sum"], []),
                (["test:run/store", "[constructor]cell"], [.string("kept")]),
                (["test:run/store", "[method]cell.text"], []), (["test:run/store", "drops"], []),
            ], plan, engine)
        #expect(results[0] == [.string("MARTLET!")])
        #expect(results[1] == [.u32(42)])
        #expect(results[3] == [.string("kept")])
        #expect(results[4] == [.u32(0)])
    }

    /// What the function returns that a module of one page calls through an adapter with a stack.
    private func stack(growsMemory: Bool, _ mainExports: String) async throws -> [ComponentValue] {
        let adapter = try CoreModule(
            try WasmText.binary(
                fromText: """
                    (module
                      (import "env" "memory" (memory 0))
                      (import "__main_module__" "cabi_realloc"
                        (func $realloc (param i32 i32 i32 i32) (result i32)))
                      (global $other (mut i32) (i32.const 7))
                      (global $__stack_pointer (mut i32) (i32.const 0))
                      (global $allocation_state (mut i32) (i32.const 0))
                      (func (export "stack") (result i32)
                        (i32.add (global.get $__stack_pointer) (global.get $allocation_state)))
                      (func (export "block") (result i32)
                        (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 65537))))
                    """))
        let module = try CoreModule(
            try WasmText.binary(
                fromText: """
                    (module
                      (import "old" "stack" (func $stack (result i32)))
                      (import "old" "block" (func $block (result i32)))
                      (memory (export "memory") 1)
                      \(mainExports)
                      (func (export "stack") (result i32) (call $stack))
                      (func (export "block") (result i32) (call $block)))
                    """))
        var sources = WITSources()
        try sources.add(
            "package a:b;\nworld w { export stack: func() -> u32; export block: func() -> u32; }", file: "a")
        var encoder = ComponentEncoder(world: try sources.world())
        encoder.adapters = [ComponentEncoder.Adapter(name: "old", module: adapter)]
        encoder.growsMemoryForAdapters = growsMemory
        let component = try Component(try encoder.encode(module))
        let engine = ComponentRunner.shared.engine
        let plan = try ComponentLinker().link(component, engine: engine)
        return try await call([(["stack"], []), (["block"], [])], plan, engine).flatMap { $0 }
    }

    @Test func `an adapter is given a stack, and blocks of the module or pages`() async throws {
        let realloc = """
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 24))
            """
        // The stack is the second page, and its state "allocated".
        let stack = ComponentValue.u32(2 * 65536 + 2)
        #expect(try await self.stack(growsMemory: false, realloc) == [stack, .u32(24)])
        #expect(try await self.stack(growsMemory: true, realloc) == [stack, .u32(2 * 65536)])
        #expect(try await self.stack(growsMemory: false, "") == [stack, .u32(2 * 65536)])
    }

    @Test func `a core function that the host lacks is a sentence`() throws {
        let engine = ComponentRunner.shared.engine
        var encoder = ComponentEncoder()
        encoder.nativeModules = ["host_math"]
        let module = try CoreModule(
            try WasmText.binary(fromText: "(module (import \"host_math\" \"add\" (func (param i32))))"))
        let component = try Component(try encoder.encode(module))
        let linker = ComponentLinker()
        let none = #expect(throws: ComponentRuntimeError.self) { try linker.link(component, engine: engine) }
        #expect(none?.description.contains("martlet:core/host-math") == true)
        linker.coreModule(
            NativeModule.componentName(of: "host_math"),
            ["add": .init(FunctionType([.i32, .i32], [.i32])) { (_, _) throws(Trap) in }])
        let other = #expect(throws: ComponentRuntimeError.self) { try linker.link(component, engine: engine) }
        #expect(other?.description.contains("but the host's is (i32, i32) -> (i32)") == true)
    }
}
