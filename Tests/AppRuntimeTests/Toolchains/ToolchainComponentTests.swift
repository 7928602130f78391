import ComponentEncoding
import ComponentModel
import ComponentRuntime
import Foundation
import HostSystem
import NIOCore
import NIOPosix
import Testing
import WASI
import WasmEngine

/// Handlers as the toolchains of other languages make them, as components in a host that a test supplies.
@Suite("Components from other toolchains")
struct ToolchainComponentTests {
    /// A guest of the repository, and the language that it answers with.
    struct Handler: Sendable, CustomTestStringConvertible {
        let name: String
        let language: String
        var testDescription: String { name }
    }

    static let handlers = [
        Handler(name: "c-http", language: "c"), Handler(name: "swift-http", language: "swift"),
        Handler(name: "rust-http", language: "rust"), Handler(name: "go-http", language: "go"),
        Handler(name: "js-http", language: "javascript"),
    ]

    /// One for all cases, with few slots: each engine reserves address space for all of its slots.
    private static let engine = Result {
        var limits = EngineLimits()
        (limits.memories, limits.stacks) = (8, 8)
        return try Engine(limits: limits)
    }

    private func module(_ handler: Handler) throws -> CoreModule {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../.build-guests").standardizedFileURL
        let missing = folder.appending(path: "\(handler.name).missing")
        if FileManager.default.fileExists(atPath: missing.path) {
            let why = try String(contentsOf: missing, encoding: .utf8)
            FileHandle.standardError.write(Data("not run: component of \(handler.name): \(why)".utf8))
            try Test.cancel("the guest \(handler.name) is not built: \(why)")
        }
        let file = folder.appending(path: "\(handler.name).wasm")
        try #require(FileManager.default.fileExists(atPath: file.path), "run `make guests`")
        return try CoreModule(Array(try Data(contentsOf: file)))
    }

    private func component(_ handler: Handler) throws -> Component {
        var encoder = ComponentEncoder()
        encoder.nativeModules = [Preview1.module]
        return try Component(try encoder.encode(try module(handler)))
    }

    @Test(arguments: Self.handlers)
    func `are encoded, valid and inspected`(handler: Handler) throws {
        let module = try module(handler)
        let report = try BinaryReport(module)
        #expect(report.kind == "module")
        let wit = try #require(report.wit)
        #expect(wit.contains("  import wasi:http/types@0.2.0;"))
        #expect(wit.contains("  export wasi:http/incoming-handler@0.2.0;"))
        let component = try component(handler)
        #expect(component.exports.map(\.name) == ["wasi:http/incoming-handler@0.2.0"])
        #expect(component.imports.contains { $0.name == "wasi:io/streams@0.2.0" })
    }

    @Test(arguments: Self.handlers)
    func `are called with the functions that a test supplies`(handler: Handler) async throws {
        let host = RecordingHTTPHost(
            target: "/a?b", fields: [.init(name: "x-test", value: "one"), .init(name: "x-empty", value: "")],
            pieces: ["first ", String(repeating: "x", count: 70_000), " last"])
        let linker = ComponentLinker()
        host.define(in: linker)
        Preview1.define(in: linker, as: NativeModule.componentName(of: Preview1.module))
        let engine = try Self.engine.get()
        let plan = try linker.link(try component(handler), engine: engine)
        let handle = try plan.function("wasi:http/incoming-handler@0.2.0", "handle")
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: [ComponentValue].self)
        loop.execute {
            do {
                let scheduler = FiberScheduler(engine: engine, eventLoop: loop)
                let instance = try ComponentInstance(plan)
                Preview2.install(GuestSystem(try HostSystemPlan()), in: instance.store)
                let limits = FiberLimits(deadline: .seconds(60))
                instance.call(handle, host.arguments(), on: scheduler, limits: limits) { result in
                    promise.completeWith(result.mapError { $0 as any Error })
                    withExtendedLifetime((instance, scheduler)) {}
                }
            } catch { promise.fail(error) }
        }
        #expect(try await promise.futureResult.get() == [])
        let body = "POST\n/a?b\nx-test: one\nx-empty: \n\nfirst \(String(repeating: "x", count: 70_000)) last"
        let fields = [
            RecordingHTTPHost.Field(name: "content-type", value: "text/plain"),
            RecordingHTTPHost.Field(name: "x-guest", value: handler.language),
        ]
        #expect(host.answer.body == body)
        #expect(
            host.answer == .init(status: 200, fields: fields, body: body, isSent: true, isFinished: true))
        #expect(host.leftOver == [], "every handle is dropped or given back")
    }
}
