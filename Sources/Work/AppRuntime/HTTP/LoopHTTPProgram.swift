import NIOCore
public import WASIHTTP
public import WasmEngine

/// A component that answers HTTP requests, as one event loop runs it: what its requests there have in common.
///
/// Confined to the loop. A request keeps it by one reference, which no other thread counts.
public final class LoopHTTPProgram {
    /// The component, for this loop alone.
    public var component: LoadedComponent { guests.component }
    /// What guests may use up of HTTP.
    public var limits: HTTPHostLimits { program.state.limits }

    let program: HTTPProgram
    let guests: LoopGuests
    let scheduler: FiberScheduler
    /// The instances that may be used again; none where each request has its own.
    let pool: HTTPInstancePool?

    /// The requests on the scheduler's loop to a component; nil for one that answers no HTTP requests.
    ///
    /// - Parameter log: takes what guests write to their standard output and standard error.
    public init?(_ component: LoadedComponent, log: any GuestLog, on scheduler: FiberScheduler) {
        let component = component.forOneLoop()
        guard case .http(let program) = component.program else { return nil }
        self.program = program
        guests = LoopGuests(component, log: log)
        self.scheduler = scheduler
        pool =
            program.reuse.isFresh ? nil : HTTPInstancePool(program.reuse, eventLoop: scheduler.eventLoop)
    }
}

/// What the instances of a component on one event loop are told of it. Apart from the program, which has them.
final class LoopGuests {
    let component: LoadedComponent
    /// Takes what they write to their standard output and standard error.
    let log: any GuestLog

    init(_ component: LoadedComponent, log: any GuestLog) {
        self.component = component
        self.log = log
    }
}
