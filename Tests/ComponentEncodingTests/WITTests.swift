import ComponentModel
import Testing

@testable import ComponentEncoding

@Suite struct WITTests {
    private static func world(of text: String) throws -> World {
        var sources = WITSources()
        try sources.add(text, file: "a.wit")
        return try sources.world()
    }

    @Test(
        arguments: [
            ("package a:b;\nworld w { import x: fun(); }", "a.wit:2:24: expected \"/\", found \"(\""),
            (
                "package a:b;\ninterface i { f: func(a: nope); }\nworld w { import i; }",
                "a.wit:2:26: there is no type \"nope\""
            ),
            (
                "package a:b;\ninterface i { type a = list<b>; type b = option<a>; }\nworld w { import i; }",
                "a.wit:2:49: type \"a\" contains itself"
            ),
            (
                "package a:b;\nworld w { import c:d/e; }",
                "a.wit:2:22: there is no package c:d among the WIT texts"
            ),
            ("package a:b;\nworld w { import e; }", "a.wit:2:18: package a:b has no interface \"e\""),
            ("package a:b;\ninterface i { enum e { a(u8) } }", "a.wit:2:22: these cases have no types"),
            (
                "package a:b;\ninterface i { use i.{x}; }\nworld w { import i; }",
                "a.wit:2:19: interface a:b/i uses itself"
            ),
            ("package a:b;\n/* never /* ended */", "a.wit:2:1: this comment has no end"),
            (
                "package a:b;\ninterface i { type a = u8; type a = u16; }\nworld w { import i; }",
                "a.wit:2:33: \"a\" is declared twice"
            ),
            (
                "package a:b;\ninterface i { type t = \u{1F600}; }",
                "a.wit:2:24: unexpected character \\u{0001F600}"
            ),
            ("package a:b;\nworld w { include w; }", "a.wit:2:7: world \"w\" includes itself"),
        ] as [(String, String)])
    func `errors name the place and what is wrong`(text: String, message: String) {
        do {
            _ = try Self.world(of: text)
            Issue.record("no error")
        } catch {
            #expect("\(error)" == message)
        }
    }

    @Test func `types may be nested as deep as the limit says`() throws {
        let deep = { (levels: Int) in
            String(repeating: "list<", count: levels) + "u8" + String(repeating: ">", count: levels)
        }
        let text = { (levels: Int) in
            "package a:b;\ninterface i { f: func(a: \(deep(levels))); }\nworld w { import i; }"
        }
        _ = try Self.world(of: text(99))
        #expect(throws: WITError.self) { try Self.world(of: text(5000)) }
    }

    @Test func `names of types may form long chains up to the limit`() throws {
        let chain = { (count: Int) in
            (0..<count).map { "type t\($0) = list<t\($0 + 1)>;" }.joined(separator: "\n")
                + "type t\(count) = u8;"
        }
        let text = { (count: Int) in
            "package a:b;\ninterface i { \(chain(count)) }\nworld w { import i; }"
        }
        _ = try Self.world(of: text(90))
        #expect(throws: WITError.self) { try Self.world(of: text(5000)) }
    }

    @Test(arguments: ["imports", "exports", "both", "whole"])
    func `a printed world reads as the same world`(name: String) throws {
        let text = try Worlds.world(Worlds.everything, name).wit
        #expect(try Self.world(of: text).wit == text)
    }

    @Test func `worlds are found by their names`() throws {
        var sources = InterfaceLibrary.sources
        try sources.add(Worlds.everything, file: "a.wit")
        #expect(try sources.world("test:kinds/both").name == "test:kinds/both@1.2.3")
        #expect(try sources.world("test:kinds/both@1.2.3").exports.count == 4)
        #expect(throws: EncodingError.self) { try sources.world() }
        #expect(throws: EncodingError.self) { try sources.world("none") }
    }

    @Test func `what is included may be renamed`() throws {
        let world = try Self.world(
            of: """
                package a:b;
                world base { import f: func() -> u8; export g: func(); }
                world w { include base with { f as first, g as second } }
                """, "w")
        #expect(world.imports.map(\.name) == ["first"])
        #expect(world.exports.map(\.name) == ["second"])
    }

    private static func world(of text: String, _ name: String) throws -> World {
        var sources = WITSources()
        try sources.add(text, file: "a.wit")
        return try sources.world(name)
    }
}
