import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import WasmEngine

/// Stacks inside of a store.
@Suite struct CoroutineTests {
    private let runner = GuestRunner.shared

    /// Runs `body` on a fiber of a store that has an instance.
    private func onFiber<Success: Sendable>(
        limits: FiberLimits = FiberLimits(),
        _ body: @escaping @Sendable (Store) throws(Trap) -> Success
    ) async throws -> Result<Success, Trap> {
        let engine = runner.engine
        let module = try Module(
            engine: engine, binary: WasmText.binary(fromText: "(module (func (export \"f\")))"))
        return try await runner.scheduler.onLoop { scheduler, promise in
            let store = try Store(engine: engine)
            _ = try store.instantiate(module, imports: [])
            nonisolated(unsafe) var value: Success?
            let fiber = Fiber(
                store: store, scheduler: scheduler, limits: limits,
                entry: .host { () throws(Trap) in value = try body(store) }
            ) { result in
                promise.succeed(
                    result.flatMap { _ in value.map { .success($0) } ?? .failure(.host("nothing")) })
            }
            fiber.start()
        }
    }

    @Test func `two stacks take turns, and a third runs inside of one`() async throws {
        let order = try await onFiber { (store) throws(Trap) -> [Int] in
            nonisolated(unsafe) var order: [Int] = []
            nonisolated(unsafe) var first: Coroutine?
            nonisolated(unsafe) var second: Coroutine?
            first = Coroutine(store: store) { () throws(Trap) in
                order.append(1)
                try first?.suspend()
                let inner = Coroutine(store: store) { () throws(Trap) in order.append(4) }
                if try inner.resume() { order.append(5) }
            }
            second = Coroutine(store: store) { () throws(Trap) in
                order.append(2)
                try second?.suspend()
                order.append(6)
            }
            _ = try first?.resume()
            _ = try second?.resume()
            order.append(3)
            if try first?.resume() == true, try second?.resume() == true { order.append(7) }
            first = nil
            second = nil
            return order
        }.get()
        #expect(order == [1, 2, 3, 4, 5, 6, 7])
    }

    @Test func `a wait inside of a stack makes the whole fiber wait`() async throws {
        let value = try await onFiber { (store) throws(Trap) -> Int in
            nonisolated(unsafe) var value = 0
            let stack = Coroutine(store: store) { () throws(Trap) in
                guard let fiber = store.fiber else { return }
                try fiber.yield()
                value = 42
            }
            return try stack.resume() ? value : -1
        }.get()
        #expect(value == 42)
    }

    @Test func `a trap of a stack is thrown where it was resumed`() async throws {
        let message = try await onFiber { (store) throws(Trap) -> String in
            let stack = Coroutine(store: store) { () throws(Trap) in throw Trap.host("broken") }
            do throws(Trap) { _ = try stack.resume() } catch { return error.message }
            return ""
        }.get()
        #expect(message == "broken")
    }

    @Test func `a stack that is cancelled unwinds its host frames`() async throws {
        let isUnwound = try await onFiber { (store) throws(Trap) -> Bool in
            nonisolated(unsafe) var isUnwound = false
            nonisolated(unsafe) var stack: Coroutine?
            stack = Coroutine(store: store) { () throws(Trap) in
                defer { isUnwound = true }
                try stack?.suspend()
            }
            _ = try stack?.resume()
            stack?.cancel()
            stack = nil
            return isUnwound
        }.get()
        #expect(isUnwound)
    }
}
