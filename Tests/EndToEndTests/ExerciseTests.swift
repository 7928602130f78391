import AppModel
import Foundation
import HTTPServer
import NIOCore
import NIOPosix
import OutboundHTTP
import TestSupport
import Testing

/// Guests that give bodies back, in every way that there is to reach them, at the hands of clients that send and read as
/// they like: each body comes back whole and in time, and nothing is left of any request.
///
/// `MARTLET_EXERCISE_ROUNDS` says how often (once), `MARTLET_EXERCISE_SEED` with which requests.
@Suite("Exercise of the HTTP data plane")
struct ExerciseTests {
    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    private static let rounds = number("MARTLET_EXERCISE_ROUNDS") ?? 1
    private static let seed = number("MARTLET_EXERCISE_SEED") ?? 1

    private static let everything = [
        "http://self", "http://*.spin.internal", "http://127.0.0.1:*", "https://127.0.0.1:*",
    ]

    /// Longer than a client of the exercise waits: requests of 0.3 stand in a row for their instance.
    private static let patient: @Sendable (inout ComponentLimitOverrides) -> Void = {
        $0.deadline = .seconds(600)
    }

    /// WAGI, both versions of components, chains of them, a component asked by another one, and a server asked by one.
    private static func routes(plain: Int, secure: Int) throws -> [TestRoute] {
        [
            TestRoute("/wagi/...", .named("echo"), limits: patient),
            .component("/two/...", .named("http-echo"), limits: patient),
            .component("/echo/...", .named("stream-echo"), limits: patient),
            .component("/behind/...", .named("stream-echo"), behind: [.named("middleware")], limits: patient),
            .component(
                "/chain/...", .named("stream-echo"),
                behind: [.named("stream-upper"), .named("middleware"), .named("stream-upper")],
                limits: patient),
            .component("/self/...", .named("send-on"), outbound: everything, limits: patient),
            .component(
                "/plain/...", try sendOn(to: plain, isSecure: false), outbound: everything, limits: patient),
            .component(
                "/secure/...", try sendOn(to: secure, isSecure: true), outbound: everything, limits: patient),
        ]
    }

    /// `send-on` to a port of this machine in the place of a component.
    private static func sendOn(to port: Int, isSecure: Bool) throws -> Guest {
        let place = "127.0.0.1:\(port)"
        var text = try String(contentsOfFile: "\(Built.root)/guests/wat/send-on.wat", encoding: .utf8)
        for (old, new) in [
            "\"echo.spin.internal\"": "\"\(place)\"",
            "(i32.const 16) (i32.const 18)": "(i32.const 16) (i32.const \(place.utf8.count))",
            "(call $scheme (local.get $request) (i32.const 1) (i32.const 0)":
                "(call $scheme (local.get $request) (i32.const 1) (i32.const \(isSecure ? 1 : 0))",
        ] {
            try #require(text.contains(old))
            text = text.replacingOccurrences(of: old, with: new)
        }
        return .text(text)
    }

    private func serving(isSecure: Bool, _ test: (TestServer) async throws -> Void) async throws {
        try await TestCertificate.withFiles { certificate, key in
            let tls = try HTTPServerTLS(certificateFile: certificate, keyFile: key)
            let echo = [TestRoute.component("/...", .named("stream-echo"), limits: Self.patient)]
            try await TestServer.with(echo) { plain in
                try await TestServer.with(echo, tls: tls) { secure in
                    let routes = try Self.routes(plain: plain.port, secure: secure.port)
                    try await TestServer.with(routes, slots: 256, tls: isSecure ? tls : nil) { server in
                        try await test(server)
                        for server in [server, plain, secure] { try await nothingIsLeft(of: server) }
                        try await eventually("no connection is left") {
                            server.server.counters.connections == 0
                        }
                    }
                }
            }
        }
    }

    private func nothingIsLeft(of server: TestServer) async throws {
        try await eventually("no request is at work") {
            server.server.counters.requestsInFlight == 0 && server.server.admission?.working == 0
        }
        try await eventually("no request of a guest is under way") { server.outbound.requestCount == 0 }
        try await server.noGuestIsLeft()
    }

    @Test(arguments: [false, true])
    func `bodies come back whole, and nothing is left`(isSecure: Bool) async throws {
        try await serving(isSecure: isSecure) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for path in ["wagi", "two", "echo", "behind", "chain", "self", "plain", "secure"] {
                    for isNew in [false, true] {
                        let tls = isSecure ? try TestCertificate.client([isNew ? "h2" : "http/1.1"]) : nil
                        let exercise = Exercise(
                            port: server.port, path: "/\(path)/", tls: tls,
                            seed: Self.seed &* 1000 &+ path.utf8.reduce(isNew ? 1 : 2) { $0 &* 31 &+ Int($1) }
                        )
                        group.addTask {
                            for round in 0..<Self.rounds {
                                try await exercise.run(round, isNew: isNew)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
