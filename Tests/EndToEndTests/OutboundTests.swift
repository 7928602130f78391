import Foundation
import TestSupport
import Testing

/// A component that sends requests, in the built program.
@Suite("Outbound requests of a component")
struct OutboundTests {
    private func withTarget(_ test: (Int) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named("hello").file(in: folder)
        let arguments = ["up", file, "--log-dir", ""] + UpTests.anyPort
        try await MartletProcess.with(arguments, folder: folder) { process in
            try await test(try await process.port())
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
        }
    }

    private func withForwarder(
        _ patterns: [String], _ test: (MartletProcess, Int) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named("forward").file(in: folder)
        let grants = patterns.flatMap { ["--allow-outbound-host", $0] }
        let arguments = ["up", file, "--log-dir", ""] + grants + UpTests.anyPort
        try await MartletProcess.with(arguments, folder: folder) { process in
            try await test(process, try await process.port())
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
        }
    }

    @Test func `a granted place answers through the guest`() async throws {
        try await withTarget { target in
            let direct = try await get("/", port: target)
            try await withForwarder(["http://127.0.0.1:*", "http://localhost:*"]) { _, port in
                for _ in 0..<3 {
                    let answer = try await get("/127.0.0.1:\(target)", port: port)
                    #expect(answer.status == 200)
                    #expect(answer.body == direct.body)
                }
                let named = try await get("/localhost:\(target)", port: port)
                #expect(named.status == 200)
            }
        }
    }

    @Test func `a place that is not granted is refused, and the operator reads it`() async throws {
        try await withForwarder(["http://*.example.com", "http://*:9"]) { process, port in
            // 560 and the number of the error-code: HTTP-request-denied, destination-IP-prohibited, …-URI-invalid.
            let denied = try await get("/127.0.0.1:80", port: port)
            #expect(denied.status == 575)
            let line = try await process.errorLine(with: "may not reach http://127.0.0.1:80")
            #expect(line.contains("allowed_outbound_hosts"))
            let metadata = try await get("/169.254.169.254:9", port: port)
            #expect(metadata.status == 564)
            _ = try await process.errorLine(with: "the address of a metadata service")
            let loopback = try await get("/localhost:9", port: port)
            #expect(loopback.status == 564)
            let disguised = try await get("/0x7f.1:9", port: port)
            #expect(disguised.status == 579)
            _ = try await process.errorLine(with: "ends in a number")
        }
    }

    @Test func `nobody listens`() async throws {
        let closed = try await closedPort()
        try await withForwarder(["http://127.0.0.1:*"]) { _, port in
            let answer = try await get("/127.0.0.1:\(closed)", port: port)
            #expect(answer.status == 566)
        }
    }

    private func closedPort() async throws -> Int {
        var port = 0
        try await withTarget { port = $0 }
        return port
    }

    @Test func `an entry that is none is an error of the command line`() async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named("forward").file(in: folder)
        let arguments = ["up", file, "--allow-outbound-host", "example.com"]
        try await MartletProcess.with(arguments, folder: folder) { process in
            let end = try await process.ended()
            #expect(end != .exited(0))
            #expect(process.standardError.contains("must be scheme://host[:port]"))
        }
    }
}
