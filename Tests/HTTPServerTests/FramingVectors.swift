import Testing

/// One request (or several) as bytes, and what must become of it.
struct FramingVector: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        /// This status, no other response, and the connection's end.
        case refused(Int)
        /// 200 with this text made of the request.
        case accepted(String)
    }

    let name: String
    let bytes: String
    let outcome: Outcome

    var testDescription: String { name }

    static func refused(_ name: String, _ bytes: String, _ status: Int = 400) -> FramingVector {
        FramingVector(name: name, bytes: bytes, outcome: .refused(status))
    }

    static func accepted(_ name: String, _ bytes: String, _ text: String) -> FramingVector {
        FramingVector(name: name, bytes: bytes, outcome: .accepted(text))
    }

    static let all =
        requestLines + hosts + lineEnds + fields + lengths + codings + chunks + sizes + wellFormed

    private static func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }
    private static func post(_ fields: String, _ body: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
    }
    private static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }

    static let requestLines: [FramingVector] = [
        refused("two blanks after the method", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("two blanks before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("tab instead of a blank", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("blank at the start", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("blank at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        refused("no version", "GET /\r\nHost: a\r\n\r\n"),
        refused("HTTP/0.9 version", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        refused("HTTP/1.2 version", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
        refused("HTTP/2.0 version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        refused("version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        refused("version with more digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
        refused("another protocol", "GET / RTSP/1.1\r\nHost: a\r\n\r\n"),
        refused("method with a bracket", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("method with NUL", "GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("method of 33 bytes", "\(String(repeating: "A", count: 33)) / HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("target without a slash", get("index.html")),
        refused("target with NUL", get("/a\0b")),
        refused("target with DEL", get("/a\u{7f}b")),
        refused("target with a bare CR", get("/a\rb")),
        refused("target with a fragment", get("/a#b")),
        refused("target with a byte above ASCII", get("/ä")),
        refused("asterisk for GET", get("*")),
        refused("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501),
        refused("absolute form with another scheme", get("ftp://a/")),
        refused("absolute form without an authority", get("http:///x")),
        refused("TLS on a plain port", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\r\n\r\n"),
        refused("empty lines only", "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]

    static let hosts: [FramingVector] = [
        refused("no Host", "GET / HTTP/1.1\r\n\r\n"),
        refused("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        refused("the same Host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        refused("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        refused("Host with user information", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        refused("Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        refused("Host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        refused("Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        refused("Host with a word for a port", "GET / HTTP/1.1\r\nHost: a:http\r\n\r\n"),
        refused("Host with an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        refused("absolute form for another Host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("absolute form with user information", "GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n"),
    ]

    static let lineEnds: [FramingVector] = [
        refused("bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        refused("bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
        refused("bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        refused("bare LF only", "GET / HTTP/1.1\nHost: a\n\n"),
        refused("bare CR in a field", "GET / HTTP/1.1\r\nHost: a\r\nX: y\rZ: 1\r\n\r\n"),
        refused("CR CR LF", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"),
        refused("LF CR", "GET / HTTP/1.1\r\nHost: a\n\r\n\r\n"),
        refused("LF at the start", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]

    static let fields: [FramingVector] = [
        refused("folded value with a blank", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n"),
        refused("folded value with a tab", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\tz\r\n\r\n"),
        refused("blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        refused("blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        refused("tab before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX\t: y\r\n\r\n"),
        refused("no colon", "GET / HTTP/1.1\r\nHost: a\r\nXy\r\n\r\n"),
        refused("empty name", "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n"),
        refused("name with NUL", "GET / HTTP/1.1\r\nHost: a\r\nX\0: y\r\n\r\n"),
        refused("name above ASCII", "GET / HTTP/1.1\r\nHost: a\r\nXä: y\r\n\r\n"),
        refused("name with a bracket", "GET / HTTP/1.1\r\nHost: a\r\nX[]: y\r\n\r\n"),
        refused("value with NUL", "GET / HTTP/1.1\r\nHost: a\r\nX: y\0\r\n\r\n"),
        refused("value with ESC", "GET / HTTP/1.1\r\nHost: a\r\nX: \u{1b}[0m\r\n\r\n"),
        refused("value with DEL", "GET / HTTP/1.1\r\nHost: a\r\nX: \u{7f}\r\n\r\n"),
        refused("unknown expectation", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "a"), 417),
    ]

    static let lengths: [FramingVector] = [
        refused("two lengths", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd")),
        refused("the same length twice", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")),
        refused("length list", post("Content-Length: 3, 3\r\n", "abc")),
        refused("length with a plus", post("Content-Length: +3\r\n", "abc")),
        refused("negative length", post("Content-Length: -1\r\n")),
        refused("hexadecimal length", post("Content-Length: 0x3\r\n", "abc")),
        refused("length with a blank inside", post("Content-Length: 1 0\r\n", "abc")),
        refused("length with a point", post("Content-Length: 3.0\r\n", "abc")),
        refused("empty length", post("Content-Length:\r\n", "abc")),
        refused("length beyond 64 bits", post("Content-Length: 18446744073709551619\r\n", "abc")),
        refused("length with wide digits", post("Content-Length: ３\r\n", "abc")),
    ]

    static let codings: [FramingVector] = [
        refused("both lengths", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        refused(
            "both lengths, other order",
            post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")),
        refused(
            "coding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        refused("unknown coding", post("Transfer-Encoding: gzip\r\n", "0\r\n\r\n"), 501),
        refused("gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501),
        refused("chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 501),
        refused("identity", post("Transfer-Encoding: identity\r\nContent-Length: 3\r\n", "abc"), 501),
        refused("xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501),
        refused("chunked with a parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n"), 501),
        refused("quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 501),
        refused("vertical tab before chunked", post("Transfer-Encoding: \u{b}chunked\r\n", "0\r\n\r\n")),
        refused(
            "chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")
        ),
        refused(
            "chunked and identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400
        ),
        refused("blank before the coding's colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")),
        refused("empty coding", post("Transfer-Encoding:\r\n", "0\r\n\r\n"), 501),
    ]

    static let chunks: [FramingVector] = [
        refused("chunk without a size", chunked("\r\nabc\r\n0\r\n\r\n")),
        refused("chunk size with a sign", chunked("+3\r\nabc\r\n0\r\n\r\n")),
        refused("chunk size 0x3", chunked("0x3\r\nabc\r\n0\r\n\r\n")),
        refused("chunk size not hexadecimal", chunked("g\r\nabc\r\n0\r\n\r\n")),
        refused("chunk size with a blank in front", chunked(" 3\r\nabc\r\n0\r\n\r\n")),
        refused("chunk size with a blank behind", chunked("3 \r\nabc\r\n0\r\n\r\n")),
        refused("chunk size that overflows", chunked("fffffffffffffffff\r\nabc\r\n0\r\n\r\n")),
        refused("chunk size of many zeros", chunked("0000000000000000000000003\r\nabc\r\n0\r\n\r\n")),
        refused("bare LF after the chunk size", chunked("3\nabc\r\n0\r\n\r\n")),
        refused("bare LF after the chunk", chunked("3\r\nabc\n0\r\n\r\n")),
        refused("chunk longer than its size", chunked("3\r\nabcd\r\n0\r\n\r\n")),
        refused("chunk extension with a bare CR", chunked("3;a\rb\r\nabc\r\n0\r\n\r\n")),
        refused("chunk extension with NUL", chunked("3;a\0\r\nabc\r\n0\r\n\r\n")),
        refused(
            "chunk extension too long", chunked("3;\(String(repeating: "a", count: 300))\r\nabc\r\n0\r\n\r\n")
        ),
        refused("endless chunk size line", chunked("3;\(String(repeating: "a", count: 4000))")),
        refused("bare LF at the last chunk", chunked("0\n\n")),
        refused("trailer with a blank before the colon", chunked("0\r\nX : y\r\n\r\n")),
        refused("folded trailer", chunked("0\r\nX: y\r\n z\r\n\r\n")),
        refused("length in trailers", chunked("0\r\nContent-Length: 3\r\n\r\n")),
        refused("coding in trailers", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n")),
        refused("host in trailers", chunked("0\r\nHost: b\r\n\r\n")),
    ]

    static let sizes: [FramingVector] = [
        refused("target too long", get("/" + String(repeating: "a", count: 20_000)), 414),
        refused("request line without an end", "GET /" + String(repeating: "a", count: 20_000), 414),
        refused(
            "too many fields",
            "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 100) + "\r\n", 431),
        refused(
            "field section too long",
            "GET / HTTP/1.1\r\nHost: a\r\n"
                + String(repeating: "X: \(String(repeating: "y", count: 1000))\r\n", count: 70) + "\r\n", 431),
        refused(
            "field without an end",
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "y", count: 70_000), 431),
        refused(
            "trailers too long",
            chunked(
                "0\r\n" + String(repeating: "X: \(String(repeating: "y", count: 1000))\r\n", count: 70)
                    + "\r\n")),
        refused("declared body too long", post("Content-Length: 2000000000000\r\n"), 413),
        refused("chunk beyond the body's limit", chunked("fffffffffff\r\nabc"), 413),
    ]

    static let wellFormed: [FramingVector] = [
        accepted("plain", get("/a?b=c"), "GET /a?b=c []"),
        accepted("an empty line in front", "\r\n" + get("/"), "GET / []"),
        accepted("absolute form", "GET http://a/x HTTP/1.1\r\nHost: A\r\n\r\n", "GET http://a/x []"),
        accepted("asterisk for OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * []"),
        accepted("unknown method", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", "BREW /pot []"),
        accepted("IPv6 host with a port", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / []"),
        accepted("length", post("Content-Length: 3\r\n", "abc"), "POST / [abc]"),
        accepted("length zero", post("Content-Length: 0\r\n"), "POST / []"),
        accepted("length with zeros in front", post("Content-Length: 003\r\n", "abc"), "POST / [abc]"),
        accepted("chunks", chunked("3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"), "POST / [abc0123456789]"),
        accepted("chunk extension", chunked("3;a=b\r\nabc\r\n0;c\r\n\r\n"), "POST / [abc]"),
        accepted(
            "coding in capitals", post("Transfer-Encoding: CHUNKED\r\n", "1\r\na\r\n0\r\n\r\n"), "POST / [a]"),
        accepted("trailers", chunked("1\r\na\r\n0\r\nX-Sum: 9\r\n\r\n"), "POST / [a] X-Sum=9"),
        accepted("value with blanks around", "GET / HTTP/1.1\r\nHost: \t a \t\r\n\r\n", "GET / []"),
        accepted("value in UTF-8", "GET / HTTP/1.1\r\nHost: a\r\nX: ä\r\n\r\n", "GET / []"),
        accepted("empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", "GET / []"),
        accepted("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "GET / []"),
    ]
}
