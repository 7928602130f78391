import AppModel
import NIOCore
import Testing

/// Guests that compute without an end beside guests that answer at once.
@Suite("Fairness")
struct FairnessTests {
    @Test func `eight guests that never end leave room for others, and end at their deadline`() async throws {
        let deadline = Duration.seconds(4)
        let routes = [
            TestRoute("/spin", .named("spin")) {
                $0.deadline = deadline
                $0.cpuBudget = .seconds(60)
            },
            TestRoute("/hello", .named("hello")),
        ]
        try await TestServer.with(routes) { server in
            let clock = ContinuousClock()
            async let spinners = spin(8, server)
            try await eventually("all spin") { try await server.fiberCount() == 8 }
            var latencies: [Duration] = []
            let start = clock.now
            while start.duration(to: clock.now) < deadline / 2, latencies.count < 300 {
                let sent = clock.now
                #expect(try await server.get("/hello").status == 200)
                latencies.append(sent.duration(to: clock.now))
            }
            #expect(try await server.fiberCount() == 8, "they spin still")
            // The measured bound is in the benchmarks; this one holds on a machine with other work too.
            #expect(latencies.max() ?? .seconds(9) < deadline / 2, "\(latencies)")
            #expect(latencies.count >= 3)
            for (status, duration) in try await spinners {
                #expect(status == 504)
                #expect(duration >= deadline)
            }
            try await server.noGuestIsLeft()
        }
    }

    /// Never-ending guests on connections of their own: status and time of each.
    private func spin(_ count: Int, _ server: TestServer) async throws -> [(Int, Duration)] {
        try await withThrowingTaskGroup { group in
            for _ in 0..<count {
                group.addTask {
                    let clock = ContinuousClock()
                    let start = clock.now
                    let status = try await server.get("/spin").status
                    return (status, start.duration(to: clock.now))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
