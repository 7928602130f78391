import Testing

@testable import ComponentModel

@Suite("Names")
struct NameTests {
    private func kind(_ text: String, nested: Bool = false) -> ExternName.Kind? {
        // A refused name has no kind; the reason does not matter here.
        try? ExternName(text, allowsNestedNames: nested).kind
    }

    @Test(arguments: ["a", "a-b", "a1", "a-1", "A-b", "a0-000-3d4a-54FF", "HTTP-server"])
    func `labels are words of one case between hyphens`(text: String) {
        #expect(kind(text) == .label)
    }

    @Test(arguments: [
        "", "-", "a-", "-a", "a--b", "aB", "1a", "1-a", "a_b", "\u{e9}", "a-Bc", "[foo]a", "a b",
    ])
    func `what is no label is refused`(text: String) {
        #expect(kind(text) == nil)
    }

    @Test func `annotated names have their parts`() {
        #expect(kind("[constructor]a") == .constructor(resource: "a"))
        #expect(kind("[method]a-0.b-1") == .method(resource: "a-0", name: "b-1"))
        #expect(kind("[static]a.b") == .staticMethod(resource: "a", name: "b"))
        for text in ["[method]a", "[method]a.b.c", "[method].b", "[constructor]", "[static]a."] {
            #expect(kind(text) == nil)
        }
    }

    @Test func `interfaces have a namespace, a package and perhaps a version`() throws {
        #expect(kind("wasi:http/types") == .interface)
        #expect(try ExternName("wasi:http/types@0.2.0", allowsNestedNames: false).version == "0.2.0")
        #expect(kind("wasi:http") == nil)
        #expect(kind("Wasi:http/types") == nil)
        #expect(kind("wasi:a:b/types") == nil)
        #expect(kind("wasi:a:b/types", nested: true) == .interface)
    }

    @Test func `dependencies, addresses and hashes`() {
        let hash = "integrity=<sha256-YQ==>"
        #expect(kind("unlocked-dep=<a:b@{>=1.0.0 <2.0.0}>") == .dependency)
        #expect(kind("unlocked-dep=<a:b@*>") == .dependency)
        #expect(kind("locked-dep=<a:b/c@1.2.3>,\(hash)") == .dependency)
        #expect(kind("url=<x://y>,\(hash)") == .url)
        #expect(kind(hash) == .hash)
        for text in [
            "unlocked-dep=<a:b@{1.0.0}>", "locked-dep=<a:b@1>", "url=<a<b>", "integrity=<>",
            "integrity=<md5-YQ==>",
            "integrity=<sha256-=>", "url=<a>,\(hash)x",
        ] {
            #expect(kind(text) == nil)
        }
    }

    @Test func `names that differ in case only cannot stand together`() throws {
        let key = { (text: String) in try ExternName(text, allowsNestedNames: false).uniquenessKey }
        #expect(try key("a-B") == key("A-b"))
        #expect(try key("[method]a.b") == key("[static]A.B"))
        #expect(try key("[method]a.a") == key("a"))
        #expect(try key("[constructor]a") != key("a"))
        #expect(try key("a:b/C@1.0.0-A") == key("a:b/c@1.0.0-A"))
        #expect(try key("a:b/c@1.0.0-A") != key("a:b/c@1.0.0-a"))
        #expect(try key("a1") != key("a-1"))
    }

    @Test(arguments: [
        ("1.2.3", "1"), ("0.2.11", "0.2"), ("0.0.7", "0.0.7"), ("1.0.0-rc.1+b", "1.0.0-rc.1"),
        ("10.0.0+x", "10"),
    ])
    func `versions have a part that decides about compatibility`(text: String, key: String) throws {
        let version = try #require(SemanticVersion(text))
        #expect(version.compatibilityKey == key)
        #expect(version.description == text)
    }

    @Test(arguments: [
        "1", "1.2", "01.2.3", "1.2.3-", "1.2.3+", "1.2.3-01", "1.2.3-a..b", "a.b.c", "1.2.3 ", "-1.0.0",
    ])
    func `what is no version is refused`(text: String) {
        #expect(SemanticVersion(text) == nil)
    }
}
