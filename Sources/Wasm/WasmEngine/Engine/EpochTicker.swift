import CWasmtime
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Advances the engine's epoch while a guest runs, and sleeps while none does.
///
/// A guest's code compares the epoch with its store's deadline at function entries and loop heads. That is the only
/// clock a running guest sees: without ticks a busy guest would keep its event loop for ever.
@safe final class EpochTicker: Sendable {
    /// Time between two ticks, in nanoseconds.
    static let periodNanoseconds = 1_000_000
    /// Ticks without a running guest after which the ticker goes to sleep.
    private static let idleTicksMax = 50

    private nonisolated(unsafe) let engine: OpaquePointer
    private let seats = Mutex<[Seat]>([])
    // Outside of this object: who looks at it holds no reference, whose count would go from core to core.
    private nonisolated(unsafe) let asleep = UnsafeMutablePointer<Atomic<Bool>>.allocate(capacity: 1)
    private let stopped = Atomic<Bool>(false)
    private nonisolated(unsafe) let alarm = UnsafeMutablePointer<Alarm>.allocate(capacity: 1)

    @safe private struct Alarm {
        var mutex = unsafe pthread_mutex_t()
        var condition = pthread_cond_t()
        var thread = pthread_t()
    }

    init(engine: OpaquePointer) {
        unsafe self.engine = engine
        unsafe asleep.initialize(to: Atomic(true))
        unsafe alarm.initialize(to: Alarm())
        unsafe pthread_mutex_init(&alarm.pointee.mutex, nil)
        unsafe pthread_cond_init(&alarm.pointee.condition, nil)
        let started = unsafe pthread_create(
            &alarm.pointee.thread, nil,
            { context in
                // The ticker outlives its thread: `stop` joins it before the owner goes.
                unsafe Unmanaged<EpochTicker>.fromOpaque(context!).takeUnretainedValue().run()
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
        precondition(started == 0, "the system refused the epoch ticker's thread (error \(started))")
    }

    /// Whether a guest runs on one thread. Each thread writes its own, so that none waits for another's cache line.
    @safe final class Seat: Sendable {
        // Until the seat is given back, which ends the circle.
        private let ticker: EpochTicker
        private nonisolated(unsafe) let isTickerAsleep: UnsafeMutablePointer<Atomic<Bool>>
        fileprivate let isTaken = Atomic<Bool>(false)
        // Keeps two seats out of one cache line.
        private let padding = (0, 0, 0, 0, 0, 0, 0, 0)

        fileprivate init(_ ticker: EpochTicker) {
            self.ticker = ticker
            unsafe isTickerAsleep = ticker.asleep
        }

        /// A guest is about to run on the seat's thread.
        func guestEnters() {
            isTaken.store(true, ordering: .sequentiallyConsistent)
            if unsafe isTickerAsleep.pointee.load(ordering: .sequentiallyConsistent) { ticker.wake() }
        }

        /// The guest of the seat's thread has returned, waits or was preempted.
        func guestLeaves() { isTaken.store(false, ordering: .relaxed) }
    }

    /// A seat for one more thread that runs guests.
    func newSeat() -> Seat {
        let seat = Seat(self)
        seats.withLock { $0.append(seat) }
        return seat
    }

    /// Gives a seat back.
    func remove(_ seat: Seat) { seats.withLock { $0.removeAll { $0 === seat } } }

    private var isAnyoneRunning: Bool {
        seats.withLock { $0.contains { $0.isTaken.load(ordering: .sequentiallyConsistent) } }
    }

    /// Ends the thread and waits for it.
    func stop() {
        stopped.store(true, ordering: .sequentiallyConsistent)
        wake()
        unsafe pthread_join(alarm.pointee.thread, nil)
        unsafe pthread_cond_destroy(&alarm.pointee.condition)
        unsafe pthread_mutex_destroy(&alarm.pointee.mutex)
        unsafe alarm.deallocate()
        unsafe asleep.deinitialize(count: 1).deallocate()
    }

    private func wake() {
        unsafe pthread_mutex_lock(&alarm.pointee.mutex)
        unsafe asleep.pointee.store(false, ordering: .sequentiallyConsistent)
        unsafe pthread_cond_signal(&alarm.pointee.condition)
        unsafe pthread_mutex_unlock(&alarm.pointee.mutex)
    }

    private func run() {
        var idleTicks = 0
        while !stopped.load(ordering: .sequentiallyConsistent) {
            var period = timespec(tv_sec: 0, tv_nsec: Self.periodNanoseconds)
            unsafe nanosleep(&period, nil)
            unsafe wasmtime_engine_increment_epoch(engine)
            idleTicks = isAnyoneRunning ? 0 : idleTicks + 1
            if idleTicks >= Self.idleTicksMax {
                sleepUntilNeeded()
                idleTicks = 0
            }
        }
    }

    private func sleepUntilNeeded() {
        unsafe pthread_mutex_lock(&alarm.pointee.mutex)
        defer { unsafe pthread_mutex_unlock(&alarm.pointee.mutex) }
        unsafe asleep.pointee.store(true, ordering: .sequentiallyConsistent)
        // A guest that entered before the store above did not see it: look again.
        if isAnyoneRunning {
            unsafe asleep.pointee.store(false, ordering: .sequentiallyConsistent)
        }
        while unsafe asleep.pointee.load(ordering: .sequentiallyConsistent),
            !stopped.load(ordering: .sequentiallyConsistent)
        {
            unsafe pthread_cond_wait(&alarm.pointee.condition, &alarm.pointee.mutex)
        }
    }
}
