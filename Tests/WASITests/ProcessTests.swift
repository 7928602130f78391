import HostSystem
import NIOCore
import Testing
import WasmEngine

@testable import WASI

@Suite struct ProcessTests {
    @Test("Arguments come with their sizes, each ended by a zero byte")
    func arguments() async throws {
        let plan = try HostSystemPlan(arguments: ["program", "", "zwei ü"])
        let guest = try await Guest { GuestSystem(plan) }
        #expect(try await guest.call("args_sizes_get", 0, 4) == nil)
        #expect(try await guest.number(at: 0) == 3)
        #expect(try await guest.number(at: 4) == 17)
        #expect(try await guest.call("args_get", 16, 64) == nil)
        #expect(try await guest.number(at: 16) == 64)
        #expect(try await guest.number(at: 20) == 72)
        #expect(try await guest.number(at: 24) == 73)
        #expect(try await guest.text(at: 64, 17) == "program\0\0zwei ü\0")
        #expect(try await guest.call("args_get", 16, 0x4_0000 - 16) == .badAddress)
        #expect(try await guest.call("args_get", 0x4_0000 - 8, 64) == .badAddress)
    }

    @Test("The instance's variables come before the program's")
    func environment() async throws {
        let plan = try HostSystemPlan(environment: [("A", "1"), ("B", "x=y")])
        var own = EncodedStrings()
        try own.append(name: "QUERY", value: "q")
        let extra = own
        let guest = try await Guest { GuestSystem(plan, ownEnvironment: extra) }
        #expect(try await guest.call("environ_sizes_get", 0, 4) == nil)
        #expect(try await guest.number(at: 0) == 3)
        #expect(try await guest.number(at: 4) == 18)
        #expect(try await guest.call("environ_get", 16, 64) == nil)
        #expect(try await guest.text(at: 64, 18) == "QUERY=q\0A=1\0B=x=y\0")
        #expect(try await guest.number(at: 16) == 64)
        #expect(try await guest.number(at: 20) == 72)
        #expect(try await guest.number(at: 24) == 76)
    }

    @Test("Without arguments and variables nothing is written")
    func nothing() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan) }
        #expect(try await guest.call("environ_sizes_get", 0, 4) == nil)
        #expect(try await guest.number(at: 0, bytes: 8) == 0)
        #expect(try await guest.call("environ_get", 0x7fff_ffff, -1) == nil)
    }

    @Test("All four clocks tell time and resolution; a fifth is invalid")
    func clocks() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan) }
        for clock in 0..<4 {
            #expect(try await guest.call("clock_res_get", clock, 0) == nil)
            #expect(try await guest.number(at: 0, bytes: 8) > 0)
            #expect(try await guest.call("clock_time_get", clock, 1_000, 8) == nil)
        }
        #expect(try await guest.call("clock_time_get", 0, 0, 8) == nil)
        #expect(try await guest.number(at: 8, bytes: 8) > 1_700_000_000_000_000_000)
        #expect(try await guest.call("clock_time_get", 1, 0, 16) == nil)
        #expect(try await guest.call("clock_time_get", 1, 0, 24) == nil)
        #expect(try await guest.number(at: 24, bytes: 8) >= guest.number(at: 16, bytes: 8))
        #expect(try await guest.call("clock_time_get", 4, 0, 8) == .invalid)
        #expect(try await guest.call("clock_res_get", -1, 8) == .invalid)
        #expect(try await guest.call("clock_time_get", 0, 0, 0x4_0000 - 7) == .badAddress)
    }

    @Test("Random bytes fill what was asked for, and no more")
    func random() async throws {
        var limits = HostSystemLimits()
        limits.transferBytes = 1_000
        let plan = try HostSystemPlan(limits: limits)
        let guest = try await Guest { GuestSystem(plan) }
        #expect(try await guest.call("random_get", 16, 100_000) == nil)
        #expect(try await guest.number(at: 0, bytes: 8) == 0)
        for start in stride(from: 16, to: 100_000, by: 5_000) {
            #expect(try await Set(guest.bytes(at: start, 64)).count > 16)
        }
        #expect(try await guest.number(at: 100_016, bytes: 8) == 0)
        #expect(try await guest.call("random_get", 16, 0) == nil)
        #expect(try await guest.call("random_get", 0x4_0000 - 4, 5) == .badAddress)
    }

    @Test("A guest that gives way goes on")
    func schedYield() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan) }
        #expect(try await guest.call("sched_yield") == nil)
    }

    @Test("Exiting ends the guest with its code", arguments: [0, 1, 33, 255, -1])
    func exit(code: Int) async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan) }
        let trap = await #expect(throws: Trap.self) { try await guest.call("proc_exit", code) }
        #expect(trap?.reason == .exit(Int32(code)))
    }

    @Test("A signal to itself does what it does to a process without handlers")
    func raise() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan) }
        #expect(try await guest.call("proc_raise", 0) == nil)
        #expect(try await guest.call("proc_raise", 16) == nil)
        #expect(try await guest.call("proc_raise", 18) == .notSupported)
        #expect(try await guest.call("proc_raise", 31) == .invalid)
        let trap = await #expect(throws: Trap.self) { try await guest.call("proc_raise", 6) }
        #expect(trap?.reason == .exit(134))
    }
}
