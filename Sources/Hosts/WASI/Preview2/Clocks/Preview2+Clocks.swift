import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:clocks`.
extension Preview2 {
    static func defineClocks(in linker: ComponentLinker, _ version: String) {
        let monotonic = linker.interface("wasi:clocks/monotonic-clock@\(version)")
        defineReading(in: monotonic)
        monotonic.function("subscribe-instant") {
            (call: borrowing ComponentCall, when: UInt64) throws(Trap) -> Own<Pollable> in
            try call.add(ClockPollable(at: when))
        }
        monotonic.function("subscribe-duration") {
            (call: borrowing ComponentCall, duration: UInt64) throws(Trap) -> Own<Pollable> in
            try call.add(ClockPollable(at: instant(after: duration)))
        }
        defineWall(in: linker, version)
        defineTimezone(in: linker, version)
    }

    /// The same of 2023-10-18: one function subscribes to both kinds of time.
    static func defineOctoberClocks(in linker: ComponentLinker) {
        let monotonic = linker.interface("wasi:clocks/monotonic-clock@\(octoberCandidate)")
        defineReading(in: monotonic)
        monotonic.function("subscribe") {
            (call: borrowing ComponentCall, when: UInt64, isAbsolute: Bool) throws(Trap) -> Own<Pollable> in
            try call.add(ClockPollable(at: isAbsolute ? when : instant(after: when)))
        }
        defineWall(in: linker, octoberCandidate)
        defineTimezone(in: linker, octoberCandidate)
    }

    private static func instant(after duration: UInt64) -> UInt64 {
        let (instant, isOverflow) = HostClock.monotonicNow.addingReportingOverflow(duration)
        return isOverflow ? .max : instant
    }

    private static func defineReading(in monotonic: HostInterface) {
        monotonic.function("now") { (_: borrowing ComponentCall) throws(Trap) -> UInt64 in
            HostClock.monotonicNow
        }
        monotonic.function("resolution") { (_: borrowing ComponentCall) throws(Trap) -> UInt64 in
            try resolution(.monotonic)
        }
    }

    private static func defineWall(in linker: ComponentLinker, _ version: String) {
        let wall = linker.interface("wasi:clocks/wall-clock@\(version)")
        wall.function("now") { (_: borrowing ComponentCall) throws(Trap) -> Datetime in
            Datetime(nanoseconds: HostClock.realtimeNow)
        }
        wall.function("resolution") { (_: borrowing ComponentCall) throws(Trap) -> Datetime in
            Datetime(nanoseconds: try resolution(.realtime))
        }
    }

    private static func defineTimezone(in linker: ComponentLinker, _ version: String) {
        let timezone = linker.interface("wasi:clocks/timezone@\(version)")
        timezone.function("display") {
            (_: borrowing ComponentCall, _: Datetime) throws(Trap) -> TimezoneDisplay in .utc
        }
        timezone.function("utc-offset") {
            (_: borrowing ComponentCall, _: Datetime) throws(Trap) -> Int32 in 0
        }
    }

    private static func resolution(_ clock: HostClock) throws(Trap) -> UInt64 {
        do { return try clock.resolution() } catch { throw trap(.code(error)) }
    }
}
