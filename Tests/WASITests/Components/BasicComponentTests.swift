import NIOCore
import HostSystem
import NIOCore
import Testing
import WasmEngine

@testable import WASI

@Suite("wasi:clocks, random and cli in components")
struct BasicComponentTests {
    private func core(_ body: String) -> String {
        """
        (func (export "run") (result i32) (local $start i64) (local $p i32)
          \(body)
          (i32.const 0))
        """
    }

    @Test func `a timer suspends the guest for its time`() async throws {
        let result = try await ComponentGuest.run(
            core(
                "(local.set $start (call $now))"
                    + "(local.set $p (call $after (i64.const 20000000)))"
                    + expecting(1, "(i32.eqz (call $ready (local.get $p)))") + "(call $block (local.get $p))"
                    + expecting(
                        2, "(i64.ge_u (i64.sub (call $now) (local.get $start)) (i64.const 20000000))")
                    + expecting(3, "(call $ready (call $at (local.get $start)))")
                    + "(i32.store (i32.const 32) (call $after (i64.const -1)))"
                    + "(i32.store (i32.const 36) (call $after (i64.const 1)))"
                    + "(call $poll (i32.const 32) (i32.const 2) (i32.const 0))"
                    + expecting(4, "(i32.eq (i32.load (i32.load (i32.const 0))) (i32.const 1))")
                    + "(call $wall-now (i32.const 0))"
                    + expecting(5, "(i64.gt_u (i64.load (i32.const 0)) (i64.const 1700000000))")
                    + expecting(6, "(i32.lt_u (i32.load (i32.const 8)) (i32.const 1000000000))")))
        #expect(try result.get() == 0)
    }

    @Test func `a deadline ends a guest that waits`() async throws {
        let plan = try HostSystemPlan()
        let result = try await ComponentGuest.run(
            core("(call $block (call $after (i64.const 60000000000)))"), deadline: .milliseconds(50)
        ) { ComponentGuest.World(plan: plan) }
        #expect(trap(of: result)?.reason == .deadline)
    }

    @Test func `random bytes are as many as asked for, up to the limit`() async throws {
        let result = try await ComponentGuest.run(
            core(
                "(call $random (i64.const 40) (i32.const 0))"
                    + expecting(1, "(i32.eq (i32.load (i32.const 4)) (i32.const 40))")
                    + expecting(
                        2,
                        "(i64.ne (i64.load (i32.load (i32.const 0))) (i64.load offset=8 (i32.load (i32.const 0))))"
                    ) + expecting(3, "(i64.ne (call $random-number) (call $random-number))")))
        #expect(try result.get() == 0)
        let tooMany = try await ComponentGuest.run(
            core("(call $random (i64.const 0x7fffffffffffffff) (i32.const 0))"))
        #expect(trap(of: tooMany)?.message.contains("limit") == true)
    }

    @Test func `arguments and variables are those of the instance`() async throws {
        let plan = try HostSystemPlan(arguments: ["tool", "", "x y"], environment: [("A", "1=2")])
        let result = try await ComponentGuest.run(
            core(
                "(call $arguments (i32.const 0))"
                    + expecting(1, "(i32.eq (i32.load (i32.const 4)) (i32.const 3))")
                    + expecting(2, "(i32.eq (i32.load offset=20 (i32.load (i32.const 0))) (i32.const 3))")
                    + expecting(3, "(i32.eqz (i32.load offset=12 (i32.load (i32.const 0))))")
                    + "(call $environment (i32.const 0))"
                    + expecting(4, "(i32.eq (i32.load (i32.const 4)) (i32.const 2))")
                    + expecting(
                        5,
                        "(i32.eq (i32.load8_u (i32.load (i32.load (i32.const 0)))) (i32.const 66))")
                    + expecting(
                        6, "(i32.eq (i32.load offset=28 (i32.load (i32.const 0))) (i32.const 3))"))
        ) {
            var own = EncodedStrings()
            try own.append(name: "B", value: "")
            return ComponentGuest.World(plan: plan, environment: own)
        }
        #expect(try result.get() == 0)
    }

    @Test func `a guest ends itself with a code`() async throws {
        for (body, code) in [
            ("(call $exit (i32.const 0))", 0), ("(call $exit (i32.const 1))", 1),
            ("(call $exit-with-code (i32.const 42))", 42),
        ] {
            let result = try await ComponentGuest.run(core(body + "(unreachable)"))
            #expect(trap(of: result)?.reason == .exit(Int32(code)))
        }
    }

    @Test func `an output that is no terminal has none`() async throws {
        let result = try await ComponentGuest.run(
            core("(call $terminal (i32.const 0))" + expecting(1, "(i32.eqz (i32.load8_u (i32.const 0)))")))
        #expect(try result.get() == 0)
    }

    @Test func `release candidates and later versions are served, other versions are not`() throws {
        func text(_ name: String, _ function: String) -> String {
            "(component (import \"\(name)\" (instance (export \"\(function)\" (func (result u64))))))"
        }
        for version in ["0.2.0", "0.2.6", "0.2.99", "0.2.0-rc-2023-10-18", "0.2.0-rc-2023-11-10"] {
            _ = try ComponentGuest.plan(text("wasi:clocks/monotonic-clock@\(version)", "now"))
        }
        #expect(throws: (any Error).self) {
            try ComponentGuest.plan(text("wasi:clocks/monotonic-clock@0.2.0-rc-2023-12-05", "now"))
        }
        _ = try ComponentGuest.plan(
            """
            (component
              (import "wasi:io/poll@0.2.0-rc-2023-10-18" (instance $poll
                (export "pollable" (type $p (sub resource)))
                (export "poll-list" (func (param "in" (list (borrow $p))) (result (list u32))))
                (export "poll-one" (func (param "in" (borrow $p))))))
              (alias export $poll "pollable" (type $pollable))
              (import "wasi:clocks/monotonic-clock@0.2.0-rc-2023-10-18" (instance
                (alias outer 1 $pollable (type $p))
                (export "subscribe" (func (param "when" u64) (param "absolute" bool) (result (own $p)))))))
            """)
    }
}
