import Atomics
import CMemoryPages
import CWasmtime
import NIOConcurrencyHelpers

/// The stacks of an engine's fibers, used again from one guest to the next as they are: only guests see them, and no guest
/// sees another part of its stack than what it has written itself.
@safe final class FiberStacks: Sendable {
    private let limits: EngineLimits
    private let stacks = ManagedAtomic(0)
    private let idle: [NIOLockedValueBox<[FiberStack]>]

    // One for each thread, or nearly: a stack goes on where its pages are in the caches.
    private static let shards = 8

    init(limits: EngineLimits) {
        self.limits = limits
        idle = (0..<Self.shards).map { _ in NIOLockedValueBox([]) }
    }

    private func take(count: Int) -> FiberStack? {
        let own = Int(martlet_thread_number()) % Self.shards
        if let stack = idle[own].withLockedValue({ $0.popLast() }) { return stack }
        if stacks.wrappingIncrementThenLoad(ordering: .relaxed) <= Int(limits.stacks),
            let stack = FiberStack(owner: self, count: count)
        {
            return stack
        }
        stacks.wrappingDecrement(ordering: .relaxed)
        for shard in idle { if let stack = shard.withLockedValue({ $0.popLast() }) { return stack } }
        return nil
    }

    func release(_ stack: FiberStack) {
        idle[Int(martlet_thread_number()) % Self.shards].withLockedValue { $0.append(stack) }
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
            guard let stack = stacks.take(count: count) else {
                return unsafe wasmtime_error_new(
                    "maximum concurrent limit of \(stacks.limits.stacks) stacks reached")
            }
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

    /// Where the stack begins; it grows downwards.
    var top: UnsafeMutableRawPointer { unsafe space.start + space.count }
}
