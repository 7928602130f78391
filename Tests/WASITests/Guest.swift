import TestSupport
import HostSystem
import NIOCore
import WasmEngine

@testable import WASI

/// A guest that does what the test says: its module imports every function of the snapshot and exports each again under
/// its own name, so that each call crosses the real interface, with addresses in a real memory.
final class Guest: Sendable {
    private static let engine = try! Engine()
    private static let scheduler = try! LoopConfined { FiberScheduler(engine: engine, eventLoop: $0) }
    private static var loop: any EventLoop { scheduler.loop }
    private static let template: InstanceTemplate = {
        let linker = try! Linker(engine: engine)
        try! Preview1.define(in: linker)
        return try! linker.template(for: Module(engine: engine, binary: WasmText.binary(fromText: text)))
    }()

    private struct Running {
        let store: Store
        let instance: Instance
        var fiber: Fiber?
    }

    private let running: NIOLoopBoundBox<Running>

    /// A guest with the system that `make` gives it, on the loop.
    init(_ make: @escaping @Sendable () throws -> GuestSystem) async throws {
        running = try await Guest.loop.submit {
            let store = try Store(engine: Guest.engine)
            store[GuestSystem.key] = try make()
            let instance = try store.instantiate(Guest.template)
            return NIOLoopBoundBox(Running(store: store, instance: instance), eventLoop: Guest.loop)
        }.get()
    }

    /// A guest whose folder 3 is `folder`.
    convenience init(
        in folder: TemporaryFolder, _ access: HostAccess = .readWrite, files: HostFileExecution = .inline,
        resolution: PathResolution = .best
    ) async throws {
        let grant = DirectoryGrant(hostPath: folder.path, guestPath: "/data", access: access)
        let plan = try HostSystemPlan(directories: [grant], files: files, resolution: resolution)
        try await self.init { GuestSystem(plan) }
    }

    /// Work on the loop with the guest's memory and system.
    func with<Value: Sendable>(
        _ body: @escaping @Sendable (GuestMemory, GuestSystem) throws -> Value
    ) async throws -> Value {
        try await Guest.loop.submit { [running] in
            let store = running.value.store
            return try body(store.memory!, store[GuestSystem.key])
        }.get()
    }

    // MARK: - Calling

    /// Calls a function of the snapshot. The error that it returns, nil for success; what ends the guest is thrown.
    func call(_ name: String, _ arguments: Int...) async throws -> HostError? {
        switch try await start(name, arguments).get() {
        case .success(let values):
            guard case .i32(let number) = values.first else { return nil }
            return number == 0 ? nil : HostError(rawValue: UInt16(number))
        case .failure(let trap): throw trap
        }
    }

    /// The same, begun now; the future has the result.
    func start(_ name: String, _ arguments: [Int]) -> EventLoopFuture<Result<[Value], Trap>> {
        let promise = Guest.loop.makePromise(of: Result<[Value], Trap>.self)
        Guest.loop.execute { [running] in
            let type = Guest.template.module.functionType(ofExport: name)!
            precondition(type.parameters.count == arguments.count, "\(name) takes \(type.parameters)")
            let values = zip(type.parameters, arguments).map { type, argument -> Value in
                type == .i64 ? .i64(Int64(argument)) : .i32(Int32(truncatingIfNeeded: argument))
            }
            let store = running.value.store
            let fiber = Fiber(
                store: store, scheduler: Guest.scheduler.value,
                limits: FiberLimits(deadline: .minutes(10)),
                entry: .function(running.value.instance.function(named: name)!, type, values)
            ) { result in
                running.value.fiber = nil
                promise.succeed(result)
            }
            running.value.fiber = fiber
            fiber.start()
        }
        return promise.futureResult
    }

    /// Ends the call under way.
    func cancel() {
        Guest.loop.execute { [running] in running.value.fiber?.cancel("the test ends it") }
    }

    /// Waits until all that was begun on the loop has run as far as it can.
    func settle() async throws { try await Guest.loop.submit {}.get() }

    /// Runs a command to its end and gives what it wrote.
    static func run(_ module: [UInt8], _ plan: HostSystemPlan) async throws -> String {
        try await scheduler.onLoop { scheduler, promise in
            let linker = try Linker(engine: engine)
            try Preview1.define(in: linker)
            let template = try linker.template(for: Module(engine: engine, binary: module))
            let store = try Store(engine: engine)
            let output = BufferOutput(bytesMax: 1 << 20)
            store[GuestSystem.key] = GuestSystem(plan, output: output, errorOutput: output)
            let entry = Fiber.Entry.fresh(try EntryPoint(template, "_start"), [])
            Fiber(store: store, scheduler: scheduler, entry: entry) { result in
                if case .failure(let trap) = result, trap.reason != .exit(0) { return promise.fail(trap) }
                promise.succeed(String(buffer: output.buffer))
            }
            .start()
        }
    }

    // MARK: - Memory

    func put(_ bytes: [UInt8], at address: Int) async throws {
        try await with { memory, _ in try memory.copy(bytes, to: UInt32(address)) }
    }

    func put(_ text: String, at address: Int) async throws { try await put(Array(text.utf8), at: address) }

    /// Writes numbers of four bytes.
    func put(words: [Int], at address: Int) async throws {
        try await put(
            words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }, at: address
        )
    }

    func bytes(at address: Int, _ count: Int) async throws -> [UInt8] {
        try await with { memory, _ in try memory.bytes(at: UInt32(address), count: UInt32(count)) }
    }

    func text(at address: Int, _ count: Int) async throws -> String {
        String(decoding: try await bytes(at: address, count), as: UTF8.self)
    }

    func number(at address: Int, bytes count: Int = 4) async throws -> Int {
        try await bytes(at: address, count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    // MARK: - What many tests do

    /// Opens a path beneath `folder` and gives the descriptor; `what` has `oflags`, `follows`, `rights` and `fdflags`.
    func open(
        _ path: String, below folder: Int = 3, follows: Bool = false, oflags: Int = 0,
        rights: Int = fileRights,
        inheriting: Int = 0, fdflags: Int = 0
    ) async throws -> Int {
        try await put(path, at: 0x100)
        let error = try await call(
            "path_open", folder, follows ? 1 : 0, 0x100, path.utf8.count, oflags, rights, inheriting, fdflags,
            0x80)
        if let error { throw error }
        return try await number(at: 0x80)
    }

    /// Writes through one vector; the number of bytes taken.
    func write(_ text: String, to descriptor: Int) async throws -> Int {
        try await put(text, at: 0x8000)
        try await put(words: [0x8000, text.utf8.count], at: 0x90)
        if let error = try await call("fd_write", descriptor, 0x90, 1, 0x80) { throw error }
        return try await number(at: 0x80)
    }

    /// Reads through one vector.
    func read(_ count: Int, from descriptor: Int) async throws -> String {
        try await put(words: [0x8000, count], at: 0x90)
        if let error = try await call("fd_read", descriptor, 0x90, 1, 0x80) { throw error }
        return try await text(at: 0x8000, number(at: 0x80))
    }

    /// Every right that makes sense on a file.
    static let fileRights =
        1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 7 << 21 | 1 << 27

    // MARK: - The module

    private static let text: String = {
        var imports = ""
        var exports = ""
        let functions =
            Preview1.functions.map { ($0.name, $0.parameters, "i32") } + [("proc_exit", [.i32], "")]
        for (name, parameters, result) in functions {
            let types =
                parameters.isEmpty ? "" : "(param \(parameters.map { "\($0)" }.joined(separator: " ")))"
            let results = result.isEmpty ? "" : "(result \(result))"
            let arguments = parameters.indices.map { "(local.get \($0))" }.joined(separator: " ")
            imports += "(import \"\(Preview1.module)\" \"\(name)\" (func $\(name) \(types) \(results)))\n"
            exports += "(func (export \"\(name)\") \(types) \(results) (call $\(name) \(arguments)))\n"
        }
        return "(module \(imports) (memory (export \"memory\") 4) \(exports))"
    }()
}

/// Input that the test fills while the guest waits for it.
final class ManualInput: GuestInput {
    private var buffer = ByteBuffer()
    private var isAtEnd = false
    private(set) var token: WakeToken?
    /// Called each time the guest waits for more.
    var onWait: () -> Void = {}

    func feed(_ text: String, end: Bool = false) {
        buffer.writeString(text)
        isAtEnd = end
        token?.wake()
    }

    var readableBytes: Int? { buffer.readableBytes == 0 && isAtEnd ? nil : buffer.readableBytes }

    func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead {
        let count = min(bytes.byteCount, buffer.readableBytes)
        if count == 0 { return isAtEnd ? .end : .wouldWait }
        for index in 0..<count {
            bytes.storeBytes(of: buffer.readInteger(as: UInt8.self) ?? 0, toByteOffset: index, as: UInt8.self)
        }
        return .bytes(count)
    }

    func wakeWhenReadable(_ token: WakeToken) {
        self.token = token
        onWait()
    }
}

/// Output that takes a few bytes at a time, and waits for the test in between.
final class ManualOutput: GuestOutput {
    private(set) var written: [UInt8] = []
    private var room: Int
    private(set) var token: WakeToken?

    init(room: Int) { self.room = room }

    func makeRoom(_ count: Int) {
        room += count
        token?.wake()
    }

    var isWritable: Bool { room > 0 }

    func write(_ bytes: RawSpan) throws(HostError) -> Int {
        let count = min(bytes.byteCount, room)
        for index in 0..<count { written.append(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
        room -= count
        return count
    }

    func wakeWhenWritable(_ token: WakeToken) { self.token = token }
}
