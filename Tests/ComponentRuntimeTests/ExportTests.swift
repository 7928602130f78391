import ComponentModel
import NIOCore
import TestSupport
import Testing
import WasmEngine

@testable import ComponentRuntime

@Suite struct ExportTests {
    private let runner = ComponentRunner.shared

    private let echo = """
        (component
          \(libc)
          (core module $Main
            (import "libc" "memory" (memory 1))
            (func (export "swap") (param i32 i32 i32) (result i32)
              (i32.store (i32.const 16) (local.get 1))
              (i32.store (i32.const 20) (local.get 2))
              (i32.store (i32.const 24) (local.get 0))
              (i32.const 16))
            (func (export "fail") unreachable))
          (core instance $main (instantiate $Main (with "libc" (instance $libc))))
          (func $swap (param "number" u32) (param "text" string) (result (tuple string u32))
            (canon lift (core func $main "swap") (memory (core memory $libc "memory"))
              (realloc (core func $libc "realloc"))))
          (func (export "fail") (canon lift (core func $main "fail")))
          (instance $api (export "swap" (func $swap)))
          (export "test:echo/api@0.2.5" (instance $api)))
        """

    private typealias Swap = TypedFunction<CanonicalTuple<UInt32, String>, CanonicalTuple<String, UInt32>>

    private func swap(_ plan: ComponentPlan) throws -> Swap {
        try plan.function(
            "test:echo/api@0.2.0", "swap", parameters: CanonicalTuple<UInt32, String>.self,
            result: CanonicalTuple<String, UInt32>.self)
    }

    @Test func `host code calls typed exports many times on one fiber`() async throws {
        let plan = try runner.plan(echo)
        let count: Int = try await runner.scheduler.onLoop { [swap = try swap(plan)] scheduler, promise in
            let instance = try ComponentInstance(plan)
            nonisolated(unsafe) var count = 0
            instance.run(on: scheduler) { caller throws(Trap) in
                for number in 0..<UInt32(1_000) {
                    let (text, same) = try caller.call(swap, CanonicalTuple(number, "n\(number)")).elements
                    if text == "n\(number)", same == number { count += 1 }
                }
            } completion: { result in
                promise.completeWith(result.map { count }.mapError { $0 })
            }
        }
        #expect(count == 1_000)
    }

    @Test func `a typed export of other types is refused with both`() throws {
        let plan = try runner.plan(echo)
        #expect {
            try plan.function(
                "test:echo/api@0.2.5", "swap", parameters: CanonicalTuple<UInt32, UInt32>.self,
                result: NoValue.self)
        } throws: { error in
            "\(error)".contains("func(number: u32, text: string) -> tuple<string, u32>")
                && "\(error)".contains("UInt32, UInt32")
        }
    }

    @Test func `a function that does not exist is named, with those that do`() throws {
        let plan = try runner.plan(echo)
        #expect {
            try plan.function("run")
        } throws: { error in
            "\(error)".contains("\"run\"") && "\(error)".contains("test:echo/api@0.2.5, fail")
        }
    }

    @Test func `a trap poisons the instance`() async throws {
        let plan = try runner.plan(echo)
        let messages: [String] = try await runner.scheduler.onLoop { scheduler, promise in
            let instance = try ComponentInstance(plan)
            let fail = try plan.function("fail")
            instance.call(fail, [], on: scheduler) { first in
                instance.call(fail, [], on: scheduler) { second in
                    promise.succeed([first, second].compactMap { trap(of: $0)?.message })
                }
            }
        }
        #expect(messages.count == 2)
        #expect(messages.first?.contains("unreachable") == true)
        #expect(messages.last == "cannot enter component instance")
    }
}
