import AppModel
import Testing

@Suite("Patterns of allowed hosts")
struct OutboundPatternTests {
    @Test(arguments: [
        ("https://example.com", "https", "example.com", 443, true),
        ("https://example.com", "https", "EXAMPLE.com.", 443, true),
        ("https://Example.COM/", "https", "example.com", 443, true),
        ("HTTPS://example.com:", "https", "example.com", 443, true),
        (" https://example.com ", "https", "example.com", 443, true),
        ("https://example.com", "http", "example.com", 443, false),
        ("https://example.com", "https", "example.com", 8443, false),
        ("https://example.com", "https", "www.example.com", 443, false),
        ("https://example.com", "https", "example.com.evil.org", 443, false),
        ("https://*.example.com", "https", "a.b.example.com", 443, true),
        ("https://*.example.com", "https", "example.com", 443, false),
        ("https://*.example.com", "https", "badexample.com", 443, false),
        ("*://example.com:80", "http", "example.com", 80, true),
        ("*://*:*", "redis", "x", 1, true),
        ("*://*:*", "tcp", "10.0.0.1", 65535, true),
        ("http://*:8000..8010", "http", "x", 8000, true),
        ("http://*:8000..8010", "http", "x", 8010, false),
        ("*://127.0.0.0/24:80", "tcp", "127.0.0.9", 80, true),
        ("*://127.0.0.0/24:80", "tcp", "127.0.1.9", 80, false),
        ("*://127.0.0.0/24:80", "http", "localhost", 80, false),
        ("http://[::1]:8080", "http", "[::1]", 8080, true),
        ("http://[::1]", "http", "[0:0:0:0:0:0:0:1]", 80, true),
        ("tcp://2001:db8::/32:5432", "tcp", "[2001:db8::5]", 5432, true),
        ("http://::1", "http", "[::1]", 80, true),
        ("http://10.0.0.1", "http", "[::ffff:10.0.0.1]", 80, true),
        ("postgres://db", "postgres", "db", 5432, true), ("mysql://db", "mysql", "db", 3306, true),
        ("redis://db", "redis", "db", 6379, true), ("mqtt://db", "mqtt", "db", 1883, true),
        ("http://self", "http", "self", 80, false),
    ])
    func `cover what they say`(
        pattern: String, scheme: String, host: String, port: UInt16, isCovered: Bool
    ) throws {
        let pattern = try OutboundPattern(pattern)
        let host = try #require(OutboundHost(host))
        #expect(
            (pattern.covers(scheme: scheme) && pattern.covers(host) && pattern.ports.contains(port))
                == isCovered)
    }

    @Test(arguments: ["*", "insecure:allow-all"])
    func `everything is written in full`(text: String) {
        expect(text, "not allowed; write \"*://*:*\" to allow every host")
    }

    @Test(arguments: [
        ("example.com", "must be scheme://host[:port], as in \"https://example.com\""),
        ("", "must be scheme://host[:port], as in \"https://example.com\""),
        ("https://example.com/path", "without a path"), ("https://example.com:80/path", "without a path"),
        ("https://example.com//", "without a path"), ("1http://x:1", "the scheme must be"),
        ("://x:1", "the scheme must be"), ("{http,https}://x", "lists of schemes"),
        ("http://{a,b}", "lists of hosts"), ("https://:80", "the host is missing"),
        ("https://", "the host is missing"), ("https://a.*.com", "first label"),
        ("https://*.*.com", "first label"), ("https://**", "first label"),
        ("tcp://example.com", "the port is missing"),
        ("*://example.com", "the port is missing"), ("http://x:90..80", "the port must be"),
        ("http://x:80..80", "the port must be"), ("http://x:70000", "the port must be"),
        ("http://x:+80", "the port must be"), ("http://x:a", "the port must be"),
        ("http://x:1..2..3", "the port must be"),
        ("http://user@x", "no host name has"), ("http://x?y", "no host name has"),
        ("http://a b", "no host name has"),
        ("http://127.1", "ends in a number"), ("http://0x7f000001", "ends in a number"),
        ("http://bücher.example", "xn--"), ("http://*.127.0.0.1", "needs a name"),
        ("http://a..b", "two dots"),
        ("http://10.0.0.0/33", "without a path"), ("http://[::1", "is not"),
        ("http://[fe80::1%25eth0]", "zone"),
    ])
    func `what is none is explained`(text: String, part: String) {
        let sentence = problem(text)
        #expect(sentence?.contains(part) == true, "\(sentence ?? "accepted")")
    }

    @Test func `self stands for the application`() throws {
        #expect(try OutboundPattern("http://self").coversApplication)
        #expect(try OutboundPattern("https://self.alt").coversApplication)
        #expect(try OutboundPattern("*://*:*").coversApplication)
        #expect(try !OutboundPattern("http://example.com").coversApplication)
    }

    @Test func `variables are filled in, and empty ones allow nothing`() throws {
        let rule = try OutboundRule("https://{{ host }}:{{port}}")
        let values = ["host": "db.example", "port": "81"]
        #expect(try rule.resolved { values[$0] }?.host == .name(try #require(HostName("db.example"))))
        #expect(try OutboundRule("https://{{ host }}").resolved { _ in "" } == nil)
        #expect(try OutboundRule("{{ host }}").resolved { _ in "" } == nil)
        #expect(throws: OutboundPatternError.self) { try rule.resolved { _ in nil } }
        #expect(throws: OutboundPatternError.self) { try rule.resolved { _ in "*.*" } }
    }

    private func problem(_ text: String) -> String? {
        do {
            _ = try OutboundPattern(text)
            return nil
        } catch { return error.sentence }
    }

    private func expect(_ text: String, _ sentence: String) { #expect(problem(text) == sentence) }
}
