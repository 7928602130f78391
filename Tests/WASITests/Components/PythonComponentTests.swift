import ComponentModel
import ComponentRuntime
import Foundation
import HostSystem
import NIOConcurrencyHelpers
import NIOCore
import TestSupport
import Testing
import WasmEngine

@testable import WASI

/// Components as componentize-py makes them, an interpreter each; `scripts/build-guests` builds them from
/// `guests/python`.
@Suite("Components from Python")
struct PythonComponentTests {
    private static func component(_ name: String) throws -> Component {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../.build-guests").standardizedFileURL
        let missing = folder.appending(path: "\(name).missing")
        if FileManager.default.fileExists(atPath: missing.path) {
            let why = try String(contentsOf: missing, encoding: .utf8)
            FileHandle.standardError.write(Data("not run: component \(name): \(why)".utf8))
            try Test.cancel("the guest \(name) is not built: \(why)")
        }
        let file = folder.appending(path: "\(name).wasm")
        try #require(FileManager.default.fileExists(atPath: file.path), "run `make guests`")
        return try Component(Array(try Data(contentsOf: file)))
    }

    /// What a component imports and exports, beside what is usual for Python.
    struct Inspected: Sendable, CustomTestStringConvertible {
        let name: String
        let imports: Set<String>
        let exports: Set<String>
        var testDescription: String { name }
    }

    @Test(arguments: [
        Inspected(name: "greeter", imports: ["martlet:guest/log"], exports: ["greet", "total"]),
        Inspected(
            name: "http-0.2", imports: ["wasi:cli/environment@0.2.9"],
            exports: ["wasi:http/incoming-handler@0.2.0"]),
        Inspected(
            name: "http-0.3", imports: ["wasi:http/types@0.3.0"], exports: ["wasi:http/handler@0.3.0"]),
        Inspected(
            name: "spin-sdk-3", imports: ["fermyon:spin/key-value@2.0.0", "spin:sqlite/sqlite@3.0.0"],
            exports: ["wasi:http/incoming-handler@0.2.0"]),
        Inspected(
            name: "spin-sdk-5",
            imports: ["spin:postgres/postgres@4.2.0", "wasi:http/client@0.3.0-rc-2026-03-15"],
            exports: ["wasi:http/handler@0.3.0"]),
    ])
    func `are decoded, valid and inspected`(_ inspected: Inspected) throws {
        let component = try Self.component(inspected.name)
        let imports = Set(component.imports.map(\.name))
        #expect(imports.isSuperset(of: inspected.imports))
        #expect(imports.contains { $0.hasPrefix("wasi:filesystem/types@0.2.") })
        #expect(inspected.exports.isSubset(of: component.exports.map(\.name)))
        #expect(component.definition.moduleRanges.count >= 3)
    }

    @Test func `are called, and call functions that a test supplies`() async throws {
        let log = NIOLockedValueBox<[String]>([])
        let linker = ComponentLinker()
        Preview2.define(in: linker)
        linker.interface("martlet:guest/log").function("write") {
            (_: borrowing ComponentCall, line: String) throws(Trap) -> Void in
            log.withLockedValue { $0.append(line) }
        }
        let engine = ComponentGuest.engine
        let component = try Self.component("greeter")
        let plan = try linker.link(component, engine: engine)
        let items = ComponentValue.list([
            .record([.string("tea"), .u32(3)]), .record([.string("cake"), .u32(4)]),
        ])
        let results = try await Self.call(
            plan, [("greet", [.string("Zoë")]), ("total", [items])])
        #expect(results == [[.string("Hello, Zoë!")], [.u64(7)]])
        #expect(log.withLockedValue(\.self) == ["greeting Zoë"])
    }

    /// Calls exports of one instance, one after the other.
    private static func call(
        _ plan: ComponentPlan, _ calls: [(name: String, arguments: [ComponentValue])]
    ) async throws -> [[ComponentValue]] {
        var functions: [(ExportedFunction, [ComponentValue])] = []
        for call in calls { functions.append((try plan.function(call.name), call.arguments)) }
        let loop = ComponentGuest.loop
        let instance = try await loop.submit {
            let instance = try ComponentInstance(plan)
            Preview2.install(GuestSystem(try HostSystemPlan()), in: instance.store)
            return NIOLoopBound(instance, eventLoop: loop)
        }.get()
        var results: [[ComponentValue]] = []
        for (function, arguments) in functions {
            let result: [ComponentValue] = try await ComponentGuest.scheduler.onLoop { scheduler, promise in
                instance.value.call(
                    function, arguments, on: scheduler, limits: FiberLimits(deadline: .seconds(60))
                ) { promise.completeWith($0.mapError { $0 as any Error }) }
            }
            results.append(result)
        }
        try await loop.submit { withExtendedLifetime(instance.value) {} }.get()
        return results
    }
}
