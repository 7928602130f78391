import Atomics
import NIOConcurrencyHelpers

/// The idle instances of all templates of an engine. They keep memories and stacks, so there is a limit, and those that
/// wait longest go first.
final class IdleInstances: Sendable {
    private let most: Int
    // Those in use too, so that nothing that threads share is counted for each guest.
    private let count = ManagedAtomic(0)
    // Until their templates are gone. Weak references would make each count of a pool, two per guest, a slow one.
    private let pools = NIOLockedValueBox<[InstancePool]>([])

    init(atMost most: Int) { self.most = most }

    /// How many there are, those in use too.
    var instanceCount: Int { count.load(ordering: .relaxed) }

    func add(_ pool: InstancePool) { pools.withLockedValue { $0.append(pool) } }

    func remove(_ pool: InstancePool) { pools.withLockedValue { $0.removeAll { $0 === pool } } }

    /// Counts one more. False when there are as many as may be, and all are in use.
    func admit() -> Bool {
        if countOne() { return true }
        return giveUpOne() && countOne()
    }

    private func countOne() -> Bool {
        if count.wrappingIncrementThenLoad(ordering: .relaxed) <= most { return true }
        count.wrappingDecrement(ordering: .relaxed)
        return false
    }

    func gone() { count.wrappingDecrement(ordering: .relaxed) }

    /// Ends an idle instance, of a pool that was not asked since the last time if there is one.
    func giveUpOne() -> Bool {
        let pools = pools.withLockedValue { $0 }
        return pools.contains { $0.giveUpOne(evenIfAsked: false) }
            || pools.contains { $0.giveUpOne(evenIfAsked: true) }
    }
}

/// The idle instances of one template.
final class InstancePool: Sendable {
    private let all: IdleInstances
    private let state = NIOLockedValueBox(State())

    private struct State {
        var idle: [IdleInstance] = []
        var wasAsked = false
        var isClosed = false
    }

    /// As many as run on one loop without waiting for each other; more are rarely idle.
    private static let idleMax = 8

    init(_ all: IdleInstances) {
        self.all = all
        all.add(self)
    }

    /// An idle instance with the same limits.
    func take(_ limits: InstanceLimits) -> IdleInstance? {
        state.withLockedValue { state in
            state.wasAsked = true
            guard state.idle.last?.limits == limits else { return nil }
            return state.idle.popLast()
        }
    }

    /// Takes over a store whose guest has ended well. Nil when it goes on belonging to whoever has it.
    func idleInstance(
        of store: Store, _ instance: InstanceID, _ slots: [Unmanaged<MemorySlot>]
    ) -> IdleInstance? {
        unsafe IdleInstance(store, instance, slots, all)
    }

    /// Keeps an instance that was made new. Drops it where nobody will want it.
    func keep(_ instance: IdleInstance) {
        state.withLockedValue { state in
            if !state.isClosed, state.idle.count < Self.idleMax { state.idle.append(instance) }
        }
    }

    /// Ends an idle instance.
    ///
    /// - Parameter evenIfAsked: also where one was asked for since the last time that this was called.
    func giveUpOne(evenIfAsked: Bool) -> Bool {
        // It ends outside of the lock.
        let instance: IdleInstance? = state.withLockedValue { state in
            if state.wasAsked, !evenIfAsked {
                state.wasAsked = false
                return nil
            }
            return state.idle.isEmpty ? nil : state.idle.removeFirst()
        }
        return instance != nil
    }

    /// The template is gone.
    func close() {
        all.remove(self)
        let idle = state.withLockedValue { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        withExtendedLifetime(idle) {}
    }
}
