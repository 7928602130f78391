import ComponentRuntime
import NIOCore
import WASI
import WASIHTTP
import WasmEngine

/// A live instance of an HTTP component, with the requests that it is answering.
///
/// Confined to its event loop.
final class HTTPInstance {
    let instance: ComponentInstance
    private let systems: InstanceSystems
    private(set) var uses = 0
    private(set) var active = 0
    /// When it began to wait for its next request.
    private(set) var idleSince = NIODeadline.distantPast
    private var initialMemoryBytes: UInt64?
    // Responses that have not left yet: nearly always one, which needs no array.
    private var writer: ResponseWriter?
    private var otherWriters: [ResponseWriter] = []

    init(_ program: LoopHTTPProgram, requestID: String) throws {
        instance = try ComponentInstance(
            program.program.plan, instanceLimits: program.component.instanceLimits)
        systems = InstanceSystems(program.guests, requestID: requestID)
        instance.store.provider = systems
        Preview2.installTable(in: instance.store)
        instance.store[HTTPHostState.key] = program.program.state
        instance.onPark = { [unowned self] isWaiting in
            if isWaiting { flush() }
        }
    }

    /// A request begins.
    func begin(_ writer: ResponseWriter, requestID: String, depth: Int) {
        systems.begin(requestID: requestID, depth: depth, isAlone: active == 0)
        uses += 1
        active += 1
        if self.writer == nil { self.writer = writer } else { otherWriters.append(writer) }
    }

    private func flush() {
        writer?.flush()
        for writer in otherWriters { writer.flush() }
    }

    /// A request is over, and nothing goes on for it.
    func end(_ writer: ResponseWriter) {
        active -= 1
        if self.writer === writer {
            self.writer = otherWriters.popLast()
        } else {
            otherWriters.removeAll { $0 === writer }
        }
        guard active == 0 else { return }
        systems.finish()
    }

    /// It begins to wait for its next request.
    func rest() { idleSince = .now() }

    /// Whether it may begin another request.
    func accepts(_ reuse: InstanceReuse) -> Bool {
        active < reuse.concurrency && uses < reuse.uses && instance.acceptsCalls
    }

    /// Whether it may be kept after what it has done.
    func isReusable(_ reuse: InstanceReuse) -> Bool {
        guard uses < reuse.uses, instance.acceptsCalls else { return false }
        let bytes = instance.memoryBytes
        guard let initialMemoryBytes else {
            // Growth during the first request is what the guest needs; growth after it may be a leak.
            self.initialMemoryBytes = bytes
            return true
        }
        return bytes <= initialMemoryBytes + UInt64(reuse.memoryGrowthBytes)
    }
}

/// The instances of one component on one event loop that may begin another request.
final class HTTPInstancePool {
    private let reuse: InstanceReuse
    private let eventLoop: any EventLoop
    /// The one that was used last is at the end.
    private var instances: [HTTPInstance] = []
    private var isTimerScheduled = false

    init(_ reuse: InstanceReuse, eventLoop: any EventLoop) {
        self.reuse = reuse
        self.eventLoop = eventLoop
    }

    /// An instance that can begin a request now.
    ///
    /// - Parameter depth: a request that the application makes to itself gets none that is answering others. It could be the
    ///   one that waits for this very answer, and a guest that waits need not let others in.
    func take(depth: Int) -> HTTPInstance? {
        for instance in instances.reversed()
        where instance.accepts(reuse) && (depth == 0 || instance.active == 0) {
            return instance
        }
        return nil
    }

    /// A new instance may be used again.
    func add(_ instance: HTTPInstance) { instances.append(instance) }

    /// A request of `instance` is over.
    func ended(_ instance: HTTPInstance) {
        guard instance.isReusable(reuse) else {
            // Requests that it is still answering keep it.
            instances.removeAll { $0 === instance }
            return
        }
        guard instance.active == 0 else { return }
        instance.rest()
        watchIdle()
    }

    /// How many there are, busy ones included.
    var count: Int { instances.count }

    private func watchIdle() {
        guard !isTimerScheduled else { return }
        isTimerScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: reuse.idleTime) { [weak self] in self?.removeIdle() }
    }

    private func removeIdle() {
        isTimerScheduled = false
        let limit = NIODeadline.now() - reuse.idleTime
        instances.removeAll { $0.active == 0 && $0.idleSince <= limit }
        if instances.contains(where: { $0.active == 0 }) { watchIdle() }
    }
}
