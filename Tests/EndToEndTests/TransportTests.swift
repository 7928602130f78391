import AppModel
import Foundation
import NIOCore
import TestSupport
import Testing

/// TLS and HTTP/2 through the whole of it.
@Suite("Transports")
struct TransportTests {
    private static let routes = [
        TestApplication.Route("/hello", "hello"), .init("/echo", "echo"), .init("/trap", "trap"),
    ]

    @Test func `HTTP/2 by prior knowledge reaches guests`() async throws {
        try await TestApplication.serve(Self.routes) { _, port in
            try await checkHTTP2(try await HTTP2Client.connect(port: port))
        }
    }

    @Test func `TLS serves both protocols`() async throws {
        try await TestCertificate.withFiles { certificate, key in
            let options = ["--tls-cert", certificate, "--tls-key", key]
            try await TestApplication.serve(Self.routes, options: options) { process, port in
                #expect(process.standardOutput.contains("https://127.0.0.1:\(port)"))
                let client = try await TestClient.connect(
                    port: port, tls: try TestCertificate.client(["http/1.1"]))
                #expect(try await client.get("/hello").status == 200)
                #expect(try await client.post("/echo", "over TLS").text == "over TLS")
                await client.close()
                try await checkHTTP2(
                    try await HTTP2Client.connect(port: port, tls: try TestCertificate.client(["h2"])))
            }
        }
    }

    @Test func `files that are no certificate are told with a sentence`() async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named("hello").file(in: folder)
        let text = try folder.file("text.pem", "nothing")
        let arguments = [
            "up", file, "--log-dir", "", "--listen", "127.0.0.1:0", "--tls-cert", text, "--tls-key", text,
        ]
        try await MartletProcess.with(arguments, folder: folder) { process in
            try await process.ends(.exited(1))
            #expect(process.standardError.hasPrefix("error: \(text) holds no readable PEM certificate"))
        }
    }

    @Test func `a field that HTTP 2 cannot carry ends a program that waits for its input`() async throws {
        guard case .text(let text) = Guest.writing("content-type: a\na: ~\n\n", then: "(drop (call $read))")
        else { return }
        let guest = Guest.text(text.replacingOccurrences(of: "\\7e", with: "\\ff"))
        try await TestServer.with([TestRoute("/", guest) { $0.deadline = .seconds(600) }]) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let request = try await client.open("POST", "/")
            #expect(try await request.answer(within: .minutes(1)).status == "500")
            try await server.noGuestIsLeft()
            await client.close()
        }
    }

    private func checkHTTP2(_ client: HTTP2Client) async throws {
        #expect(try await client.request("GET", "/hello").status == "200")
        // More than a window, both ways.
        let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: 300_000)
        let echoed = try await client.request("POST", "/echo", body: body)
        #expect(echoed.status == "200")
        #expect(echoed.body == body)
        #expect(try await client.request("GET", "/trap").status == "500")
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await client.request("GET", "/hello").status } }
            for try await status in group { #expect(status == "200") }
        }
        await client.close()
    }
}
