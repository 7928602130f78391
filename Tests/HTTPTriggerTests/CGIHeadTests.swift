import AppModel
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPTrigger

@Suite("CGI header sections")
struct CGIHeadTests {
    private func head(_ text: String) throws -> CGIHead { try head(bytes: Array(text.utf8)) }

    private func head(bytes: [UInt8]) throws -> CGIHead {
        // What follows the section is none of its business.
        var buffer = ByteBuffer(bytes: [0x0a] + bytes + Array("Status: 299\n".utf8))
        buffer.moveReaderIndex(forwardBy: 1)
        return try CGIHead(buffer, length: bytes.count)
    }

    @Test(arguments: [
        ("Content-Type: text/plain\n", 200), ("Status: 404 Not Found\n", 404), ("Status: 200\n", 200),
        ("STATUS:599\n", 599), ("Location: /a\n", 302), ("Location: /a\nStatus: 308\n", 308),
        ("Status: 308\nLocation: /a\n", 308), ("Status: 199\n", 502), ("Status: 600\n", 502),
        ("Status: +200\n", 200),
        ("Status: 2 00\n", 502), ("Status: 0x200\n", 502), ("Status:\n", 502), ("Status: ২০০\n", 502),
    ])
    func `the status is Status's, or follows from the rest`(text: String, status: Int) throws {
        #expect(try head(text).status.code == UInt(status))
    }

    @Test(arguments: [
        "", "\n", "X-Only: 1\n", "Content-Length: 3\n", "text without a colon\n", "Content Type: a\n",
    ])
    func `a section that says nothing is refused`(text: String) {
        #expect(throws: CGIHead.Problem.insufficient) { try head(text) }
    }

    @Test func `fields keep their order, their spelling and their repetitions`() throws {
        let head = try head("Set-Cookie: a=1\r\nContent-Type:text/plain\r\nset-cookie:\tb=2 \r\n")
        #expect(
            head.headers.map { "\($0.name)=\($0.value)" } == [
                "Set-Cookie=a=1", "Content-Type=text/plain", "set-cookie=b=2",
            ])
        #expect(head.ignoredLines == 0)
    }

    @Test func `Status is no field of the response`() throws {
        #expect(try head("Status: 204\nContent-Type: a/b\n").headers.map(\.name) == ["Content-Type"])
    }

    @Test(arguments: [
        "no colon", ": nameless", "two words: a", "tab\tname: a", "zero\u{0}: a", "a: zero\u{0}",
        "a: \u{1b}[31m", "a: \u{7f}",
        "ümlaut: a", "(a): b", "a@b: c",
    ])
    func `a line that is no field is left out and counted`(line: String) throws {
        let head = try head("Content-Type: a/b\n\(line)\nX-Good: 1")
        #expect(head.headers.map(\.name) == ["Content-Type", "X-Good"])
        #expect(head.ignoredLines == 1)
    }

    @Test func `a carriage return within a line never separates fields`() throws {
        let head = try head("Content-Type: a/b\nX-A: one\rX-B: two\n")
        #expect(head.headers.map(\.name) == ["Content-Type", "X-A"])
        #expect(head.headers.first(name: "x-a") == "oneX-B: two")
    }

    @Test func `bytes beyond ASCII pass in values, as they are`() throws {
        #expect(try head("Content-Type: a/b\nX-A: größer\n").headers.first(name: "x-a") == "größer")
        let broken = try head(bytes: Array("Content-Type: a/b\nX-A: ".utf8) + [0xff, 0x0a])
        #expect(broken.headers.first(name: "x-a").flatMap { FieldText.bytes(of: $0) } == [0xff])
    }

    @Test func `no bytes crash the reader`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(":\r\n \tStatusLocation0129\u{0}ä".utf8) + [0xff, 0xc0]
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0..<60, using: &generator)).compactMap { _ in
                alphabet.randomElement()
            }
            guard let head = try? head(bytes: Array(bytes)) else { continue }
            #expect((200...599).contains(head.status.code))
            let values = head.headers.map(\.value).joined().utf8
            #expect(values.count { $0 < 32 && $0 != 9 || $0 == 127 } == 0)
        }
    }
}
