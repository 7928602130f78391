import Atomics
import CMemoryPages
import CWasmtime
import NIOConcurrencyHelpers

/// The stacks of an engine's fibers, used again from one guest to the next as they are: only guests see them, and no guest
/// sees another part of its stack than what it has written itself.
@safe final class FiberStacks: Sendable {
    private let limits: EngineLimits
    private let stacks = ManagedAtomic(0)
    /// Instances that have a stack while they wait.
    private let idleInstances: IdleInstances
    private let idle: [NIOLockedValueBox<Idle>]

    // One for each thread, or nearly: a stack goes on where its pages are in the caches.
    private static let shards = 8
    /// Idle stacks of a shard that stay as their guests left them.
    static let warmMax = 8

    private struct Idle {
        var warm: [FiberStack] = []
        var cold: [FiberStack] = []

        mutating func take() -> FiberStack? { warm.popLast() ?? cold.popLast() }
    }

    init(limits: EngineLimits, idleInstances: IdleInstances) {
        self.limits = limits
        self.idleInstances = idleInstances
        idle = (0..<Self.shards).map { _ in NIOLockedValueBox(Idle()) }
    }

    private var shard: NIOLockedValueBox<Idle> { idle[Int(martlet_thread_number()) % Self.shards] }

    /// A stack, used before or new.
    func take(count: Int) throws(NoRoom) -> FiberStack {
        if let stack = shard.withLockedValue({ $0.take() }) { return stack }
        let isWithinLimit = stacks.wrappingIncrementThenLoad(ordering: .relaxed) <= Int(limits.stacks)
        if isWithinLimit, let stack = FiberStack(owner: self, count: count) { return stack }
        stacks.wrappingDecrement(ordering: .relaxed)
        repeat {
            for shard in idle { if let stack = shard.withLockedValue({ $0.take() }) { return stack } }
        } while idleInstances.giveUpOne()
        throw isWithinLimit ? .system("stack") : .limit(limits.stacks, of: "stacks")
    }

    /// Keeps a stack for the next guest. Where a few wait already it is left from a crowd, and what one of deep recursion
    /// has touched goes back to the system.
    func release(_ stack: FiberStack) {
        let isWarm = shard.withLockedValue { idle in
            guard idle.warm.count < Self.warmMax else { return false }
            idle.warm.append(stack)
            return true
        }
        if isWarm { return }
        stack.shrink(to: limits.stackResidentBytes)
        shard.withLockedValue { $0.cold.append(stack) }
    }

    // MARK: - The engine's calls

    /// Makes the engine ask here for stacks. The configuration keeps `self` for as long as its engine lives.
    func serve(_ configuration: OpaquePointer?) {
        var creator = unsafe wasmtime_stack_creator_t(
            env: Unmanaged.passRetained(self).toOpaque(), new_stack: Self.newStack,
            finalizer: {
                if let self_ = unsafe $0 { unsafe Unmanaged<FiberStacks>.fromOpaque(self_).release() }
            })
        unsafe wasmtime_config_host_stack_creator_set(configuration, &creator)
    }

    private static let newStack: wasmtime_new_stack_memory_callback_t = { environment, count, _, result in
        guard let environment = unsafe environment, let result = unsafe result else { return nil }
        return unsafe Unmanaged<FiberStacks>.fromOpaque(environment)._withUnsafeGuaranteedRef { stacks in
            let stack: FiberStack
            do throws(NoRoom) {
                stack = try stacks.take(count: count)
            } catch { return unsafe wasmtime_error_new(error.sentence) }
            unsafe result.pointee = wasmtime_stack_memory_t(
                env: Unmanaged.passRetained(stack).toOpaque(), get_stack_memory: FiberStacks.getStack,
                finalizer: FiberStacks.endStack)
            return nil
        }
    }

    private static let getStack: wasmtime_stack_memory_get_callback_t = { stack, count in
        guard let stack = unsafe stack else { return nil }
        return unsafe Unmanaged<FiberStack>.fromOpaque(stack)._withUnsafeGuaranteedRef { stack in
            unsafe count?.pointee = stack.count
            return unsafe stack.top.assumingMemoryBound(to: UInt8.self)
        }
    }

    private static let endStack: wasmtime_finalizer_t = { stack in
        guard let stack = unsafe stack else { return }
        let ended = unsafe Unmanaged<FiberStack>.fromOpaque(stack)
        unsafe ended._withUnsafeGuaranteedRef { stack in
            unsafe stack.owner._withUnsafeGuaranteedRef { $0.release(stack) }
        }
        unsafe ended.release()
    }
}

/// One stack, with a page below it that nobody may touch.
@safe final class FiberStack: Sendable {
    // Not counted: the engine that asked for the stack keeps the stacks.
    let owner: Unmanaged<FiberStacks>
    let count: Int
    private let space: AddressSpace

    init?(owner: FiberStacks, count: Int) {
        let guardBytes = AddressSpace.pageBytes
        let count = AddressSpace.wholePages(count)
        guard let space = AddressSpace(count: guardBytes + count),
            space.allow(true, guardBytes..<(guardBytes + count))
        else { return nil }
        unsafe self.owner = Unmanaged.passUnretained(owner)
        self.count = count
        self.space = space
    }

    /// Gives back what was touched beyond the first `residentBytes`.
    func shrink(to residentBytes: Int) {
        let guardBytes = space.count - count
        let kept = min(count, AddressSpace.wholePages(residentBytes))
        // Where the system refuses, the pages stay.
        _ = space.forget(guardBytes..<(space.count - kept))
    }

    /// Where the stack begins; it grows downwards.
    var top: UnsafeMutableRawPointer { unsafe space.start + space.count }
}
