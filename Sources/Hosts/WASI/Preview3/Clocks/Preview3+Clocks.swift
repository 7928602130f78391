import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore
import WasmEngine

/// `wasi:clocks`.
extension Preview3 {
    static func defineClocks(in linker: ComponentLinker, _ version: String) {
        let monotonic = linker.interface("wasi:clocks/monotonic-clock@\(version)")
        monotonic.function("now") { (_: borrowing ComponentCall) throws(Trap) -> UInt64 in
            HostClock.monotonicNow
        }
        monotonic.function("get-resolution") { (_: borrowing ComponentCall) throws(Trap) -> UInt64 in
            try resolution(.monotonic)
        }
        monotonic.asyncFunction("wait-until") {
            (call: borrowing ComponentCall, completion: HostCompletion<NoValue>, when: UInt64)
                throws(Trap) in
            let now = HostClock.monotonicNow
            wait(when > now ? when - now : 0, on: try call.fiber.eventLoop, completion)
        }
        monotonic.asyncFunction("wait-for") {
            (call: borrowing ComponentCall, completion: HostCompletion<NoValue>, duration: UInt64)
                throws(Trap) in
            wait(duration, on: try call.fiber.eventLoop, completion)
        }
        let system = linker.interface("wasi:clocks/system-clock@\(version)")
        system.function("now") { (_: borrowing ComponentCall) throws(Trap) -> Instant in
            Instant(nanoseconds: HostClock.realtimeNow)
        }
        system.function("get-resolution") { (_: borrowing ComponentCall) throws(Trap) -> UInt64 in
            try resolution(.realtime)
        }
        defineTimezone(in: linker.interface("wasi:clocks/timezone@\(version)"))
    }

    /// Every guest is in UTC.
    private static func defineTimezone(in timezone: HostInterface) {
        timezone.function("iana-id") { (_: borrowing ComponentCall) throws(Trap) -> String? in "UTC" }
        timezone.function("utc-offset") { (_: borrowing ComponentCall, _: Instant) throws(Trap) -> Int64? in
            0
        }
        timezone.function("to-debug-string") { (_: borrowing ComponentCall) throws(Trap) -> String in "UTC" }
    }

    /// Completes after so many nanoseconds.
    private static func wait(
        _ duration: UInt64, on eventLoop: any EventLoop, _ completion: HostCompletion<NoValue>
    ) {
        guard duration > 0 else { return completion.complete(NoValue()) }
        let timer = eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(clamping: duration))) {
            completion.complete(NoValue())
        }
        completion.onCancel {
            timer.cancel()
            completion.cancelled()
        }
    }

    private static func resolution(_ clock: HostClock) throws(Trap) -> UInt64 {
        do { return try clock.resolution() } catch { throw Preview2.trap(.code(error)) }
    }
}
