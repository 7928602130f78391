import Foundation
import NIOCore
import Testing

@testable import HostSystem

@Suite struct PollTests {
    private let guest = TestGuest()
    private let pipe = Pipe()

    private func system() throws -> GuestSystem {
        GuestSystem(
            try HostSystemPlan(), input: try DescriptorStream(inherited: pipe.reading),
            output: DiscardOutput())
    }

    private func clock(
        _ nanoseconds: UInt64, on clock: HostClock = .monotonic, isAbsolute: Bool = false
    ) -> HostSubscription {
        HostSubscription(.clock(clock, nanoseconds: nanoseconds, isAbsolute: isAbsolute))
    }

    @Test("Without subscriptions, or with too many, polling is invalid")
    func numbers() throws {
        let system = try system()
        #expect(failure { try system.poll([], for: guest) } == .invalid)
        let many = [HostSubscription](repeating: clock(0), count: 1_025)
        #expect(failure { try system.poll(many, for: guest) } == .invalid)
        #expect(try system.poll(Array(many.dropLast()), for: guest).count == 1_024)
    }

    @Test(
        "Time spans and moments come true when they are over, on both clocks",
        arguments: [HostClock.realtime, .monotonic])
    func clocks(clock: HostClock) throws {
        let system = try system()
        #expect(try system.poll([self.clock(0, on: clock)], for: guest) == [HostEvent(subscription: 0)])
        #expect(try system.poll([self.clock(1, on: clock, isAbsolute: true)], for: guest).count == 1)
        #expect(guest.waits == 0)
        let start = try HostClock.monotonic.now(of: guest)
        #expect(try system.poll([self.clock(3_000_000, on: clock)], for: guest).count == 1)
        #expect(try HostClock.monotonic.now(of: guest) - start >= 3_000_000)
        #expect(guest.waits >= 1)
        let moment = try clock.now(of: guest) + 2_000_000
        #expect(try system.poll([self.clock(moment, on: clock, isAbsolute: true)], for: guest).count == 1)
        #expect(try clock.now(of: guest) >= moment)
    }

    @Test("The first of several clocks ends the wait; all that are over are told, in order")
    func severalClocks() throws {
        let system = try system()
        let events = try system.poll([clock(.max), clock(1_000_000), clock(60_000_000_000)], for: guest)
        #expect(events.map(\.subscription) == [1])
        #expect(
            try system.poll([clock(0), clock(.max), clock(0)], for: guest).map(\.subscription) == [0, 2])
    }

    @Test("Descriptors come true with what can be read, before the clock")
    func descriptors() throws {
        let system = try system()
        let read = HostSubscription(.readable(0))
        #expect(try system.poll([clock(1_000_000), read], for: guest).map(\.subscription) == [0])
        guest.onWait = { [pipe] in pipe.put("abc") }
        let events = try system.poll([clock(60_000_000_000), read], for: guest)
        #expect(events == [HostEvent(subscription: 1, bytes: 3)])
        let written = HostSubscription(.writable(1))
        #expect(try system.poll([written, read, clock(.max)], for: guest).map(\.subscription) == [0, 1])
        close(pipe.writing)
        pipe.writing = -1
        while try system.input?.read(10) != [] {}
        #expect(try system.poll([read], for: guest) == [HostEvent(subscription: 0, isHangUp: true)])
    }

    @Test("What cannot be waited for is told as an error of its subscription")
    func errors() throws {
        let system = try system()
        let events = try system.poll(
            [
                HostSubscription(.readable(99)), HostSubscription(.writable(0)),
                HostSubscription(.failed(.invalid)),
                clock(0, on: .processCPU), HostSubscription(.writable(2)),
            ], for: guest)
        #expect(
            events.map(\.error) == [.badDescriptor, .badDescriptor, .invalid, .notSupported, .badDescriptor])
        try system.setRights(0, [.fileRead], inheriting: [])
        #expect(try system.poll([HostSubscription(.readable(0))], for: guest).map(\.error) == [.notCapable])
    }

    @Test("A guest that ends while it polls leaves nothing behind")
    func ending() throws {
        let system = try system()
        guest.isEnding = true
        #expect(throws: HostFailure.self) {
            _ = try system.poll([clock(60_000_000_000), HostSubscription(.readable(0))], for: guest)
        }
    }

    @Test("A guest's computing time is its own")
    func computingTime() throws {
        #expect(try HostClock.processCPU.now(of: guest) == 7)
        #expect(try HostClock.threadCPU.now(of: guest) == 7)
        #expect(try HostClock.monotonic.resolution() > 0)
    }
}
