import Testing

@testable import WASIHTTP

@Suite struct OutgoingRequestHeadTests {
    /// What a head has after an attempt to set it.
    private func method(_ name: String) -> RequestMethod? {
        var head = OutgoingRequestHead(fields: HTTPFields())
        return head.setMethod(.other(name)) ? head.method : nil
    }

    private func scheme(_ text: String) -> RequestScheme? {
        var head = OutgoingRequestHead(fields: HTTPFields())
        return head.setScheme(.other(text)) ? head.scheme : nil
    }

    private func path(_ text: String) -> String? {
        var head = OutgoingRequestHead(fields: HTTPFields())
        return head.setPathWithQuery(text) ? head.pathWithQuery : nil
    }

    private func authority(_ text: String) -> String? {
        var head = OutgoingRequestHead(fields: HTTPFields())
        return head.setAuthority(text) ? head.authority : nil
    }

    @Test func `a known method has one representation`() {
        for name in ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"] {
            #expect(method(name)?.token == name && method(name) != .other(name))
        }
        #expect(method("coucou") == .other("coucou"))
        for name in ["", "GET /", "a b", "a\r\nb", "é"] { #expect(method(name) == nil) }
    }

    @Test func `a known scheme has one representation`() {
        #expect(scheme("HTTPS") == .https && scheme("http") == .http)
        #expect(scheme("ws+unix") == .other("ws+unix"))
        for text in ["", "1a", "a:", "a b", "é"] { #expect(scheme(text) == nil) }
    }

    @Test func `a path has no blanks, controls or fragment, and an empty one is the root`() {
        for text in ["/", "/a/b/c", "/a/../../bar", "/?foo", "a/b/c", "../..", "?foo", "/é"] {
            #expect(path(text) == text)
        }
        #expect(path("") == "/")
        for text in ["/a b", "/\r\nx: y", "/\0", "/a#b", "/\u{7f}"] { #expect(path(text) == nil) }
    }

    @Test func `a path has no character that a reader would take for the end of a link`() {
        for character in 0..<1024 {
            guard let character = Unicode.Scalar(character).map(Character.init) else { continue }
            let isRefused =
                "<>`#".contains(character) || character.asciiValue.map { $0 <= 0x20 } == true
                || character == "\u{7f}"
            #expect((path("/\(character)") == nil) == isRefused, "\(character)")
            #expect((path("/?\(character)") == nil) == isRefused, "\(character)")
        }
    }

    @Test(arguments: [
        "1.2.3.4", "example.com:80", "user@localhost:80", "user:pass%20@localhost:80", "[2001:db8::1]",
        "[::1]:65535",
    ])
    func `an authority is accepted`(text: String) { #expect(authority(text) == text) }

    @Test(arguments: [
        "::", ":@", "@@", "@:", " ", "", "#", "localhost:what", "localhost:", "localhost:65536", "[", "[::1",
        "a b", "a\r\nb", "a/b", "[::1]x", "[]",
    ])
    func `an authority is refused`(text: String) { #expect(authority(text) == nil) }

    @Test func `what is refused changes nothing`() {
        var head = OutgoingRequestHead(fields: HTTPFields())
        _ = head.setMethod(.put)
        let isSet = head.setMethod(.other(" "))
        #expect(!isSet && head.method == .put && !head.fields.isMutable)
    }
}
