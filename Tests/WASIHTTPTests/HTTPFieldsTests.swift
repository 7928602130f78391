import AppModel
import NIOHTTP1
import Testing

@testable import WASIHTTP

@Suite struct HTTPFieldsTests {
    private func value(_ bytes: [UInt8]) -> HTTPFieldValue { HTTPFieldValue(bytes: bytes.span.bytes) }

    @Test func `names are compared without case and keep their first spelling`() throws {
        var fields = HTTPFields()
        try fields.append("X-One", HTTPFieldValue("1"))
        try fields.append("x-oNE", HTTPFieldValue("2"))
        #expect(fields.has("X-ONE"))
        #expect(fields.values("x-one").map(\.text) == ["1", "2"])
        #expect(fields.entries.map(\.name) == ["X-One", "X-One"])
    }

    @Test func `set replaces all values and an empty list removes the name`() throws {
        var fields = HTTPFields()
        try fields.append("a", HTTPFieldValue("1"))
        try fields.append("b", HTTPFieldValue("2"))
        try fields.set("A", [HTTPFieldValue("3"), HTTPFieldValue("4")])
        #expect(fields.values("a").map(\.text) == ["3", "4"])
        try fields.set("a", [])
        #expect(!fields.has("a"))
        let removed = try fields.delete("b")
        #expect(removed.map(\.text) == ["2"])
        #expect(fields.isEmpty && fields.countedBytes == 0)
    }

    @Test(arguments: ["", "hey ho", " hey", "(what)", "voilà", "a:b", "a\r\n", "a\0"])
    func `a name that is no token is refused`(name: String) {
        var fields = HTTPFields()
        #expect(throws: HTTPFieldError.invalidSyntax) { try fields.append(name, HTTPFieldValue("x")) }
        #expect(throws: HTTPFieldError.invalidSyntax) { try fields.set(name, []) }
        #expect(throws: HTTPFieldError.invalidSyntax) { try fields.delete(name) }
        #expect(!fields.has(name) && fields.isEmpty)
    }

    @Test func `a value is kept byte by byte, and controls are refused`() throws {
        for byte in UInt8.min...UInt8.max {
            var fields = HTTPFields()
            let isAllowed = byte == 9 || (byte >= 0x20 && byte != 0x7f)
            if isAllowed {
                try fields.append("a", value([byte]))
                #expect(fields.first("a") == value([byte]))
                #expect(fields.first("a")?.byteCount == 1)
                #expect(FieldText.text(of: [byte]) == fields.headers.first?.value)
            } else {
                #expect(throws: HTTPFieldError.invalidSyntax) { try fields.append("a", value([byte])) }
                #expect(throws: HTTPFieldError.invalidSyntax) { try fields.set("a", [value([byte])]) }
            }
        }
    }

    @Test(arguments: [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
        "transfer-encoding", "upgrade", "http2-settings", "host",
    ])
    func `fields of the connection are forbidden in every spelling`(name: String) {
        for spelling in [name, name.uppercased(), name.prefix(1).uppercased() + name.dropFirst()] {
            var fields = HTTPFields()
            #expect(throws: HTTPFieldError.forbidden) { try fields.append(spelling, HTTPFieldValue("x")) }
            #expect(throws: HTTPFieldError.forbidden) { try fields.set(spelling, [HTTPFieldValue("x")]) }
            let received = HTTPFields(received: [spelling: "x", "other": "y"])
            #expect(received.entries.map(\.name) == ["other"])
        }
    }

    @Test func `received fields cannot be changed, their copy can`() throws {
        let fields = HTTPFields(received: ["a": "1"])
        var same = fields
        #expect(throws: HTTPFieldError.immutable) { try same.append("b", HTTPFieldValue("2")) }
        #expect(throws: HTTPFieldError.immutable) { try same.set("a", []) }
        #expect(throws: HTTPFieldError.immutable) { try same.delete("a") }
        var copy = fields.mutableCopy
        try copy.append("b", HTTPFieldValue("2"))
        #expect(copy.entries.count == 2 && fields.entries.count == 1)
    }

    @Test func `more bytes than the limit are refused and nothing is lost`() throws {
        var limits = HTTPHostLimits()
        limits.fieldBytes = 100
        var fields = HTTPFields(limits: limits)
        try fields.append("a", HTTPFieldValue(String(repeating: "x", count: 60)))
        #expect(throws: HTTPFieldError.sizeExceeded) { try fields.append("b", HTTPFieldValue("")) }
        #expect(throws: HTTPFieldError.sizeExceeded) {
            try fields.set("a", [HTTPFieldValue("1"), HTTPFieldValue("2"), HTTPFieldValue("3")])
        }
        #expect(fields.first("a")?.byteCount == 60 && fields.entries.count == 1)
    }

    @Test func `a content-length must be one decimal number`() {
        #expect(HTTPFields(received: [:]).contentLength == .none)
        #expect(HTTPFields(received: ["Content-Length": "12"]).contentLength == .bytes(12))
        #expect(
            HTTPFields(received: HTTPHeaders([("content-length", "3"), ("content-length", "3")]))
                .contentLength == .bytes(3))
        for text in ["", "+5", "-5", " 5", "5a", "1, 2", "99999999999999999999"] {
            #expect(HTTPFields(received: ["content-length": text]).contentLength == .invalid)
        }
        #expect(
            HTTPFields(received: HTTPHeaders([("content-length", "3"), ("content-length", "4")]))
                .contentLength == .invalid)
    }
}
