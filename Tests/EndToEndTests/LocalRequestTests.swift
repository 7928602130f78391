import Foundation
import NIOCore
import TestSupport
import Testing

/// Requests of an application's components to itself, in the built program: nothing but the application listens.
///
/// `forward` (0.2) asks the authority that its path names, `send-on` (0.3) sends its requests on to `echo`, which gives
/// bodies back.
@Suite("Requests of an application to itself")
struct LocalRequestTests {
    private static let everything = ["http://self", "http://*.spin.internal"]

    private func serving(
        grants: [String] = everything, echo: String = "stream-echo",
        _ test: (MartletProcess, Int) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let components = [
            ("forward", "forward", "\"/...\"", ""), ("service", "service", "\"/\"", ""),
            ("send-on", "send-on", "\"/through/...\"", ""), ("echo", echo, "{ private = true }", ""),
            ("hello", "hello", "{ private = true }", "executor = { type = \"wagi\" }"),
        ]
        var manifest = "spin_manifest_version = 2\n[application]\nname = \"test\"\n"
        for (name, guest, route, executor) in components {
            let file = try Guest.named(guest).file(in: folder)
            let source = "\(guest).\(file.hasSuffix(".wat") ? "wat" : "wasm")"
            try folder.copy(file, to: source)
            manifest += """
                [[trigger.http]]
                route = \(route)
                component = "\(name)"
                \(executor)
                [component.\(name)]
                source = "\(source)"
                allowed_outbound_hosts = [\(grants.map { "\"\($0)\"" }.joined(separator: ", "))]

                """
        }
        let arguments =
            ["up", "-f", try folder.file("spin.toml", manifest), "--log-dir", ""] + UpTests.anyPort
        try await MartletProcess.with(arguments, folder: folder) { process in
            try await test(process, try await process.port())
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
        }
    }

    @Test func `routes and components answer, private ones too`() async throws {
        try await serving { _, port in
            // `self` has the route `/`.
            let own = try await get("/self", port: port)
            #expect(own.status == 200 && own.text.hasSuffix("ello"))
            let service = try await get("/service.spin.internal", port: port)
            #expect(service.status == 200 && service.text.hasSuffix("ello"))
            let program = try await get("/hello.spin.internal", port: port)
            #expect(program.status == 200 && program.bodyBytes > 0)
            let echo = try await get("/echo.spin.internal", port: port)
            #expect(echo.status == 200 && echo.bodyBytes == 0)
        }
    }

    @Test func `what is not granted or not there is refused, and the operator reads it`() async throws {
        try await serving(grants: ["http://echo.spin.internal", "http://nobody.spin.internal"]) {
            process, port in
            // 560 and the number of the error-code: HTTP-request-denied, destination-not-found.
            #expect(try await get("/self", port: port).status == 575)
            _ = try await process.errorLine(with: "may not reach http://self")
            #expect(try await get("/service.spin.internal", port: port).status == 575)
            _ = try await process.errorLine(with: "may not reach http://service.spin.internal")
            #expect(try await get("/nobody.spin.internal", port: port).status == 562)
            _ = try await process.errorLine(with: "a part of the application that is not there")
            #expect(try await get("/echo.spin.internal", port: port).status == 200)
        }
    }

    @Test func `a component that asks itself again and again is told so`() async throws {
        try await serving(echo: "send-on") { process, port in
            // 560 and the number of the error-code loop-detected, handed on from the innermost to the client.
            for _ in 0..<3 { #expect(try await get("/through/", port: port).status == 596) }
            _ = try await process.errorLine(with: "came through 16 requests of the application to itself")
        }
    }

    @Test func `a guest that asks another is reached by the way it asks`() async throws {
        try await serving { _, port in
            // Asks itself for what has an empty authority, which is the route `/` of the application.
            let answer = try await get("/forward.spin.internal", port: port)
            #expect(answer.status == 200 && answer.text.hasSuffix("ello"))
        }
    }

    @Test func `a body that no buffer holds passes in both directions, with its trailers`() async throws {
        try await serving { _, port in
            let client = try await TestClient.connect(port: port)
            let count = 3_000_000
            client.send("POST /through/ HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
            client.send("\(String(count, radix: 16))\r\n")
            try await client.send(ByteBuffer(repeating: UInt8(ascii: "x"), count: count))
            client.send("\r\n0\r\nx-sum: 7\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 200 && response.bodyBytes == count)
            #expect(response.trailers == ["x-sum: 7"])
            let second = try await client.post("/through/", "again")
            #expect(second.text == "again")
            await client.close()
        }
    }

    @Test func `a trap behind the answer cuts it`() async throws {
        try await serving { _, port in
            let client = try await TestClient.connect(port: port)
            client.send(
                "POST /through/ HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n4\r\nping\r\n")
            _ = try await client.head { $0.bodyBytes == 4 }
            client.send("1\r\n!\r\n")
            let error = await #expect(throws: TestClient.Ended.self) { try await client.response() }
            #expect(error?.isCut == true)
            #expect(try await get("/service.spin.internal", port: port).status == 200)
        }
    }

    @Test func `a client that leaves takes both guests with it`() async throws {
        let routes = [
            TestRoute.component("/through/...", .named("send-on"), outbound: Self.everything),
            TestRoute.component("/echo/...", .named("stream-echo")),
        ]
        try await TestServer.with(routes, threads: 1) { server in
            let client = try await server.client()
            client.send(
                "POST /through/ HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n4\r\nping\r\n")
            _ = try await client.head { $0.bodyBytes == 4 }
            #expect(try await server.fiberCount() > 0)
            await client.close()
            try await server.noGuestIsLeft()
        }
    }

    @Test func `a client that takes nothing stops both guests`() async throws {
        let routes = [
            TestRoute.component("/through/...", .named("send-on"), outbound: Self.everything),
            TestRoute.component("/echo/...", .named("stream-echo")),
            TestRoute.component("/other/...", .named("service")),
        ]
        try await TestServer.with(routes, threads: 1) { server in
            let client = try await server.client(keepsBodies: false)
            try await client.setReading(false)
            let count = 64 << 20
            client.send("POST /through/ HTTP/1.1\r\nhost: a\r\ncontent-length: \(count)\r\n\r\n")
            client.channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: count), promise: nil)
            try await eventually("the guests work") { try await server.fiberCount() > 0 }
            for _ in 0..<4 { #expect(try await server.get("/other/").status == 200) }
            // What the system keeps for both sockets is far less.
            #expect(try await server.fiberCount() > 0)
            try await client.setReading(true)
            #expect(try await client.response().bodyBytes == count)
            await client.close()
            try await server.noGuestIsLeft()
        }
    }
}
