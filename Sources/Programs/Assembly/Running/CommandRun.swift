import AppModel
import AppRuntime
import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore
import NIOPosix
import OutboundHTTP
import WASI
import WasmEngine

/// Runs one WASI command with the streams of this process.
struct CommandRun {
    let request: RunRequest
    let console: Console

    /// What shells show for a program that ended by `abort`, which is what a trap is.
    private static let trapStatus = ProcessStatus(rawValue: 134)

    /// What a file has turned out to be.
    enum Program: Sendable {
        /// A core module that exports `_start`.
        case command(EntryPoint)
        /// A component that exports `wasi:cli/run`, or what was made of a core module that does.
        case component(ComponentPlan, ComponentEntry)
    }

    func run() async throws -> ProcessStatus {
        let binary = try encodedCommand(try binary())
        let isComponent = Component.isComponent(binary)
        let engine = try Engine(limits: engineLimits(isComponent))
        let program = try isComponent ? component(binary, engine) : command(binary, engine)
        let plan = try systemPlan()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let schedulers = try await FiberSchedulers(engine: engine, group: group)
        let loop = group.next()
        let client = PooledHTTPClient()
        defer { client.close() }
        let ended = loop.makePromise(of: ProcessStatus.self)
        loop.execute {
            do {
                let system = GuestSystem(plan, input: stream(0), output: stream(1), errorOutput: stream(2))
                switch program {
                case .command(let entry):
                    try start(entry, system, schedulers.scheduler(on: loop), ended)
                case .component(let plan, let entry):
                    try start(plan, entry, system, client, schedulers.scheduler(on: loop), ended)
                }
            } catch { ended.fail(error) }
        }
        let status = try await ended.futureResult.get()
        try await group.shutdownGracefully()
        return status
    }

    private func start(
        _ entry: EntryPoint, _ system: GuestSystem, _ scheduler: FiberScheduler,
        _ ended: EventLoopPromise<ProcessStatus>
    ) throws {
        let store = try Store(engine: entry.template.module.engine, limits: instanceLimits(false))
        store[GuestSystem.key] = system
        let fiber = Fiber(
            store: store, scheduler: scheduler, limits: fiberLimits, entry: .fresh(entry, [])
        ) {
            ended.succeed(status(of: $0.map { _ in .success }))
        }
        fiber.start()
    }

    private func stream(_ descriptor: Int32) -> DescriptorStream? {
        // A stream that this process lacks, the guest lacks too.
        try? DescriptorStream(inherited: descriptor)
    }

    func status(of result: Result<ProcessStatus, Trap>) -> ProcessStatus {
        switch result {
        case .success(let status): return status
        case .failure(let trap):
            if case .exit(let code) = trap.reason { return ProcessStatus(rawValue: code & 0xff) }
            console.error(label: "error", "the program was ended: \(trap)", style: .error)
            return Self.trapStatus
        }
    }

    private func binary() throws -> [UInt8] {
        do {
            return try WasmText.binary(
                from: RegularFile(request.modulePath).bytes(atMost: ComponentSource.bytesMax))
        } catch { throw OperatorError("\(request.modulePath): \(error)") }
    }

    private func command(_ binary: [UInt8], _ engine: Engine) throws -> Program {
        let images = try CacheFolder.images(for: engine)
        let report = CacheFolder.report(to: console, isQuiet: false)
        let module: Module
        do {
            module = try images.module(for: binary, name: request.modulePath, report: report)
        } catch {
            throw OperatorError("\(request.modulePath): \(error)")
        }
        let linker = try Linker(engine: engine)
        try Preview1.define(in: linker)
        return .command(try EntryPoint(try linker.template(for: module), "_start"))
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
            }, network: try network(name), limits: limits)
    }

    private func network(_ name: String) throws -> HostNetwork {
        if request.inheritsNetwork { return HostNetwork(component: name, grants: .everything) }
        var patterns: [OutboundPattern] = []
        for rule in request.outboundHosts {
            do throws(OutboundPatternError) {
                if let pattern = try rule.resolved({ _ in nil }) { patterns.append(pattern) }
            } catch {
                throw OperatorError("--allow-outbound-host \"\(rule.text)\": \(error)")
            }
        }
        return HostNetwork(
            component: name, grants: NetworkGrants(outbound: patterns),
            observer: RefusalLines(console: console))
    }

    // One guest runs, so the pools need no more than it may use.
    private func engineLimits(_ isComponent: Bool) -> EngineLimits {
        var limits = EngineLimits()
        let instance = instanceLimits(isComponent)
        limits.memories = UInt32(clamping: instance.memories)
        // Each call that is under way in a component of WASI 0.3 has a stack.
        limits.stacks = isComponent ? Self.componentStacks : 4
        if let stack = request.stackBytesMax {
            limits.guestStackBytes = stack
            limits.fiberStackBytes = stack + EngineLimits().fiberStackBytes
        }
        return limits
    }

    func instanceLimits(_ isComponent: Bool) -> InstanceLimits {
        var limits = InstanceLimits(request.limits.applied(to: .standard))
        if isComponent {
            // Interpreters come as dozens of core modules that are linked when the component is instantiated.
            limits.instances = Self.componentCoreInstances
            limits.tables = Self.componentCoreInstances
        }
        return limits
    }

    private static let componentCoreInstances = 128
    private static let componentStacks: UInt32 = 1_004

    // A command may take as long as it likes unless the operator says otherwise.
    var fiberLimits: FiberLimits {
        let forever = TimeAmount.hours(24 * 365)
        return FiberLimits(
            cpuBudget: request.limits.cpuBudget.map { TimeAmount($0) } ?? forever,
            deadline: request.limits.deadline.map { TimeAmount($0) } ?? forever)
    }
}
