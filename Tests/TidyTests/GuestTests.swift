import Testing

@Suite("Guest programs")
struct GuestTests {
    /// The name of each guest: what `.build-guests` calls it, or the text's file name.
    private var guests: [String] {
        sources.filter { !Self.parts.contains($0) }.compactMap { path in
            let parts = path.split(separator: "/")
            // A program in Python or Go is a folder.
            return ["/app.py", "/main.go"].contains(where: path.hasSuffix)
                ? String(parts[parts.count - 2]) : parts.last?.split(separator: ".").first.map(String.init)
        }
    }

    /// Files that guests are made with, and no guests.
    private static let parts: Set = [
        "guests/swift/WASIHTTP.swift", "guests/swift/Imports.swift", "guests/swift/runtime.c",
        "guests/js/handler.js",
    ]

    private var sources: [String] {
        let endings = [".c", ".wat", ".zig", ".swift", ".rs", ".js", "/app.py", "/main.go"]
        return Repository.current.paths.filter { path in
            path.hasPrefix("guests/") && endings.contains(where: path.hasSuffix)
        }
    }

    @Test func `no two guests have the same name`() {
        #expect(guests.count >= 19)
        #expect(Set(guests).count == guests.count)
    }

    @Test func `every guest is run by a test, a benchmark or an example`() {
        let unused = guests.filter { !isUsed($0) && Exceptions.unusedGuests[$0] == nil }
        expectNone(unused, "Write the test of this guest's behaviour, or remove the guest.")
    }

    @Test func `no exception is left over`() {
        expectNone(Exceptions.unusedGuests.keys.filter { isUsed($0) || !guests.contains($0) })
    }

    @Test func `every guest says in its first line what it does`() {
        let silent = sources.filter { path in
            let text = Repository.current.text(path) ?? ""
            return !["// ", ";; ", "# "].contains(where: text.hasPrefix)
        }
        expectNone(silent)
    }

    /// A literal that is the guest's name, or its file.
    private func isUsed(_ guest: String) -> Bool {
        Repository.current.swiftFiles(in: ["Tests", "Benchmarks"]).contains { file in
            !file.path.hasPrefix("Tests/TidyTests/")
                && file.tokens.contains { token in
                    token.kind == .literal
                        && (token.text == guest || token.text.hasSuffix("\(guest).wasm")
                            || token.text.hasSuffix("\(guest).wat"))
                }
        }
    }
}
