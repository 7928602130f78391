import Testing

@Suite("Guest programs")
struct GuestTests {
    /// The name of each guest: what `.build-guests` calls it, or the text's file name.
    private var guests: [String] {
        sources.compactMap { path in
            let parts = path.split(separator: "/")
            // A program in Python is a folder.
            return path.hasSuffix("/app.py")
                ? String(parts[parts.count - 2]) : parts.last?.split(separator: ".").first.map(String.init)
        }
    }

    private var sources: [String] {
        Repository.current.paths.filter { path in
            path.hasPrefix("guests/") && [".c", ".wat", "/app.py"].contains(where: path.hasSuffix)
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
