import AppModel
import AppRuntime
import HostSystem
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import TestSupport
import Testing
import WasmEngine

@testable import HTTPServer
@testable import HTTPTrigger

/// One program and one exchange, on a loop that runs when the test says so.
@Suite("WAGI invocations")
struct WagiInvocationTests {
    private let folder: TemporaryFolder
    private let engine: Engine
    private let log = Entries()
    private let pattern: RoutePattern

    init() throws {
        folder = try TemporaryFolder()
        var limits = EngineLimits()
        (limits.memories, limits.stacks) = (1, 1)
        engine = try Engine(limits: limits)
        pattern = try RoutePattern("/...")
    }

    /// A program whose `_start` has this body; `$write` writes a whole small response, `$read` waits for input.
    private func component(_ body: String) throws -> LoadedComponent {
        let text = """
            (module
              (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              (memory (export "memory") 1)
              (data (i32.const 0) "\\10\\00\\00\\00\\0f\\00\\00\\00")
              (data (i32.const 16) "status: 201\\0a\\0aok")
              (func $write (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
              (func $read (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))))
              (func (export "_start") \(body)))
            """
        let path = try folder.file("program.wat", text)
        let loader = ApplicationLoader(
            images: try ImageFolder(engine: engine, path: "\(folder.path)/images"), files: .inline,
            staging: FileStaging(folder: "\(folder.path)/staging"))
        let application = Application(
            name: "test", folder: folder.path,
            components: [Component(id: "main", source: ComponentSource(path: path))],
            httpTriggers: [
                HTTPTrigger(
                    id: "t", handler: .component("main"), route: .path("/..."), executor: .wagi(.standard))
            ])
        return try #require(try loader.load(application).component("main"))
    }

    private func start(
        _ component: LoadedComponent, _ transport: FakeTransport, _ scheduler: FiberScheduler
    ) {
        guard
            let program = WagiProgram(component, .standard, log: log, logger: log.logger)
        else {
            Issue.record("no command")
            return
        }
        let route = RouteTable.Entry(
            pattern: pattern, texts: RouteTexts(manifestText: "/..."), triggerIndex: 0)
        let match = RouteMatch(entry: 0, triggerIndex: 0, rest: nil)
        WagiInvocation(
            exchange: transport.exchange(.POST, hasBody: true), program: program, route: route, match: match,
            path: "/"
        ).start(scheduler: scheduler)
    }

    /// Runs the program to its end.
    private func run(_ body: String) throws -> FakeTransport {
        let transport = FakeTransport()
        let scheduler = FiberScheduler(engine: engine, eventLoop: transport.loop)
        start(try component(body), transport, scheduler)
        advance(transport) { scheduler.fiberCount == 0 }
        return transport
    }

    /// Runs the loop: a program may be preempted at any place.
    private func advance(_ transport: FakeTransport, until isDone: () -> Bool) {
        for _ in 0..<10_000 where !isDone() { transport.loop.advanceTime(by: .milliseconds(1)) }
        #expect(isDone())
    }

    @Test(arguments: ["(call $write)", "(call $write) (call $exit (i32.const 0)) unreachable"])
    func `a program that ends well has answered`(body: String) throws {
        let transport = try run(body)
        #expect(transport.status == .created)
        #expect(String(buffer: transport.body) == "ok")
        #expect(transport.isFinished)
        #expect(log.all.isEmpty)
    }

    @Test(arguments: [
        ("(call $write) unreachable", "unreachable"), ("(call $write) (call $exit (i32.const 3))", "code 3"),
        ("", "without a whole header section"),
    ])
    func `a program that fails is answered for`(body: String, reason: String) throws {
        let transport = try run(body)
        #expect(transport.status == .internalServerError)
        #expect(transport.body.readableBytes == 0)
        let entry = try #require(log.all.first)
        #expect(entry.hasPrefix("error: "))
        for text in [reason, "main", "the-id"] { #expect(entry.contains(text)) }
        #expect(log.all.count == 1)
    }

    @Test func `a program that fails after its response began cuts it`() throws {
        let transport = FakeTransport()
        let scheduler = FiberScheduler(engine: engine, eventLoop: transport.loop)
        start(try component("(call $write) (call $read) unreachable"), transport, scheduler)
        // It waits, so what it wrote leaves.
        advance(transport) { transport.status == .created }
        transport.reads = [.end(trailers: nil)]
        transport.exchange?.becameReadable()
        advance(transport) { scheduler.fiberCount == 0 }
        #expect(transport.isAborted)
        #expect(!transport.isFinished)
    }

    @Test func `without a free slot the answer is 503, and a client that leaves frees one`() throws {
        let component = try component("(call $read) (call $write)")
        let first = FakeTransport()
        let scheduler = FiberScheduler(engine: engine, eventLoop: first.loop)
        start(component, first, scheduler)
        #expect(scheduler.fiberCount == 1)

        let refused = FakeTransport()
        start(component, refused, FiberScheduler(engine: engine, eventLoop: refused.loop))
        #expect(refused.status == .serviceUnavailable)
        #expect(refused.headers["retry-after"] == ["1"])

        first.exchange?.end(.clientGone)
        advance(first) { scheduler.fiberCount == 0 }
        #expect(first.status == nil)
        #expect(log.all.contains { $0.hasPrefix("info: the exchange ended early: clientGone") })

        let served = FakeTransport()
        served.reads = [.end(trailers: nil)]
        start(component, served, FiberScheduler(engine: engine, eventLoop: served.loop))
        advance(served) { served.status == .created }
    }
}

/// Log entries of a test, with their levels.
private final class Entries: GuestLog {
    private let state = Mutex<[String]>([])
    var all: [String] { state.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in Handler(entries: self) } }

    func guestWrote(_ lines: [String], component: String, requestID: String) {}

    private struct Handler: LogHandler {
        let entries: Entries
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let text = "\(event.level): \(event.message) \(event.metadata ?? [:])"
            entries.state.withLock { $0.append(text) }
        }
    }
}
