import AppModel
import AppRuntime
import HostSystem
import NIOCore
import NIOPosix
import WASI
import WasmEngine

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs one WASI command with the streams of this process.
struct CommandRun {
    let request: RunRequest
    let console: Console

    /// What shells show for a program that ended by `abort`, which is what a trap is.
    private static let trapStatus = ProcessStatus(rawValue: 134)

    func run() async throws -> ProcessStatus {
        let engine = try Engine(limits: engineLimits)
        let module = try module(engine)
        let linker = try Linker(engine: engine)
        try Preview1.define(in: linker)
        let entry = try EntryPoint(try linker.template(for: module), "_start")
        let plan = try systemPlan()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let schedulers = try await FiberSchedulers(engine: engine, group: group)
        let loop = group.next()
        let ended = loop.makePromise(of: ProcessStatus.self)
        loop.execute { start(entry, plan, schedulers.scheduler(on: loop), ended) }
        let status = try await ended.futureResult.get()
        try await group.shutdownGracefully()
        return status
    }

    private func start(
        _ entry: EntryPoint, _ plan: HostSystemPlan, _ scheduler: FiberScheduler,
        _ ended: EventLoopPromise<ProcessStatus>
    ) {
        do {
            let limits = request.limits.applied(to: .standard)
            let store = try Store(engine: entry.template.module.engine, limits: InstanceLimits(limits))
            store[GuestSystem.key] = GuestSystem(
                plan, input: stream(0), output: stream(1), errorOutput: stream(2))
            let fiber = Fiber(
                store: store, scheduler: scheduler, limits: fiberLimits, entry: .fresh(entry, [])
            ) {
                ended.succeed(status(of: $0))
            }
            fiber.start()
        } catch {
            ended.fail(error)
        }
    }

    private func stream(_ descriptor: Int32) -> DescriptorStream? {
        // A stream that this process lacks, the guest lacks too.
        try? DescriptorStream(inherited: descriptor)
    }

    private func status(of result: Result<[Value], Trap>) -> ProcessStatus {
        switch result {
        case .success: return .success
        case .failure(let trap):
            if case .exit(let code) = trap.reason { return ProcessStatus(rawValue: code & 0xff) }
            console.error(label: "error", "the program was ended: \(trap)", style: .error)
            return Self.trapStatus
        }
    }

    private func module(_ engine: Engine) throws -> Module {
        guard let data = FileManager.default.contents(atPath: request.modulePath) else {
            throw OperatorError("Cannot read \(request.modulePath); check the path")
        }
        let images = try CacheFolder.images(for: engine)
        let report = CacheFolder.report(to: console, isQuiet: false)
        do {
            return try images.module(for: [UInt8](data), name: request.modulePath, report: report)
        } catch {
            throw OperatorError("\(request.modulePath): \(error)")
        }
    }

    private func systemPlan() throws -> HostSystemPlan {
        let name = request.modulePath.split(separator: "/").last.map(String.init) ?? request.modulePath
        var limits = HostSystemLimits()
        limits.descriptors = request.limits.applied(to: .standard).openFilesMax
        return try HostSystemPlan(
            arguments: [name] + request.arguments,
            environment: request.environment.map { ($0.name, $0.value) },
            directories: request.folders.map { folder in
                DirectoryGrant(
                    hostPath: folder.hostPath, guestPath: folder.guestPath,
                    access: folder.access == .readOnly ? .readOnly : .readWrite)
            }, limits: limits)
    }

    // One guest runs, so the pools need no more than it may use.
    private var engineLimits: EngineLimits {
        var limits = EngineLimits()
        let instance = InstanceLimits(request.limits.applied(to: .standard))
        limits.coreInstances = UInt32(clamping: instance.instances)
        limits.memories = UInt32(clamping: instance.memories)
        limits.tables = UInt32(clamping: instance.tables)
        limits.stacks = 4
        if let stack = request.stackBytesMax {
            limits.guestStackBytes = stack
            limits.fiberStackBytes = stack + EngineLimits().fiberStackBytes
        }
        return limits
    }

    // A command may take as long as it likes unless the operator says otherwise.
    private var fiberLimits: FiberLimits {
        let forever = TimeAmount.hours(24 * 365)
        return FiberLimits(
            cpuBudget: request.limits.cpuBudget.map { TimeAmount($0) } ?? forever,
            deadline: request.limits.deadline.map { TimeAmount($0) } ?? forever)
    }
}
