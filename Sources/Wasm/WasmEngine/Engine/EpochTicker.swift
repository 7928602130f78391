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
    private let asleep = Atomic<Bool>(true)
    private let stopped = Atomic<Bool>(false)
    private nonisolated(unsafe) let alarm = UnsafeMutablePointer<Alarm>.allocate(capacity: 1)

    @safe private struct Alarm {
        var mutex = unsafe pthread_mutex_t()
        var condition = pthread_cond_t()
        var thread = pthread_t()
    }

    init(engine: OpaquePointer) {
        unsafe self.engine = engine
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
    final class Seat: Sendable {
        fileprivate let isTaken = Atomic<Bool>(false)
        // Keeps two seats out of one cache line.
        private let padding = (0, 0, 0, 0, 0, 0, 0, 0)
    }

    /// A seat for one more thread that runs guests.
    func newSeat() -> Seat {
        let seat = Seat()
        seats.withLock { $0.append(seat) }
        return seat
    }

    /// Gives a seat back.
    func remove(_ seat: Seat) { seats.withLock { $0.removeAll { $0 === seat } } }

    /// A guest is about to run on the seat's thread.
    func guestEnters(_ seat: Seat) {
        seat.isTaken.store(true, ordering: .sequentiallyConsistent)
        if asleep.load(ordering: .sequentiallyConsistent) { wake() }
    }

    /// The guest of the seat's thread has returned, waits or was preempted.
    func guestLeaves(_ seat: Seat) { seat.isTaken.store(false, ordering: .relaxed) }

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
    }

    private func wake() {
        unsafe pthread_mutex_lock(&alarm.pointee.mutex)
        asleep.store(false, ordering: .sequentiallyConsistent)
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
        asleep.store(true, ordering: .sequentiallyConsistent)
        // A guest that entered before the store above did not see it: look again.
        if isAnyoneRunning {
            asleep.store(false, ordering: .sequentiallyConsistent)
        }
        while asleep.load(ordering: .sequentiallyConsistent), !stopped.load(ordering: .sequentiallyConsistent)
        {
            unsafe pthread_cond_wait(&alarm.pointee.condition, &alarm.pointee.mutex)
        }
    }
}
