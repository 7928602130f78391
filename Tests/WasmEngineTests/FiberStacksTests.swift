import Testing

@testable import WasmEngine

@Suite struct FiberStacksTests {
    @Test func `what deep recursion touched goes back to the system, but for a few stacks`() throws {
        var limits = EngineLimits()
        limits.stackResidentBytes = 8 << 10
        let stacks = FiberStacks(limits: limits, idleInstances: IdleInstances(atMost: 0))
        let count = FiberStacks.warmMax + 3
        var taken = try (0..<count).map { _ in try stacks.take(count: limits.fiberStackBytes) }
        for stack in taken { for depth in [1, 8 << 10, 8 << 10 + 1, 900_000] { stack[depth] = 7 } }
        for stack in taken { stacks.release(stack) }
        taken = try (0..<count).map { _ in try stacks.take(count: limits.fiberStackBytes) }
        #expect(taken.allSatisfy { $0[1] == 7 && $0[8 << 10] == 7 })
        for depth in [8 << 10 + 1, 900_000] {
            #expect(taken.count { $0[depth] == 7 } == FiberStacks.warmMax)
            #expect(taken.count { $0[depth] == 0 } == 3)
        }
    }

    @Test func `there are no more stacks than the engine's limit`() throws {
        var limits = EngineLimits()
        limits.stacks = 2
        let stacks = FiberStacks(limits: limits, idleInstances: IdleInstances(atMost: 0))
        let taken = try (0..<2).map { _ in try stacks.take(count: limits.fiberStackBytes) }
        let error = #expect(throws: NoRoom.self) { try stacks.take(count: limits.fiberStackBytes) }
        #expect(error?.sentence == "no room for another guest: all 2 stacks are in use")
        stacks.release(taken[0])
        #expect(try stacks.take(count: limits.fiberStackBytes) === taken[0])
    }
}

extension FiberStack {
    /// The byte so far below the top.
    fileprivate subscript(depth: Int) -> UInt8 {
        get { top.load(fromByteOffset: -depth, as: UInt8.self) }
        set { top.storeBytes(of: newValue, toByteOffset: -depth, as: UInt8.self) }
    }
}
