import Testing

@Suite("Guest programs")
struct GuestTests {
    /// The name of each guest: what `.build-guests` calls it, or the text's file name.
    private var guests: [String] {
        Repository.current.paths
            .filter { $0.hasPrefix("guests/") && ($0.hasSuffix(".c") || $0.hasSuffix(".wat")) }
            .compactMap { path in
                path.split(separator: "/").last?.split(separator: ".").first.map(String.init)
            }
    }

    @Test func `no two guests have the same name`() {
        #expect(guests.count >= 14)
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
        let silent = Repository.current.paths
            .filter { $0.hasPrefix("guests/") && ($0.hasSuffix(".c") || $0.hasSuffix(".wat")) }
            .filter { path in
                let text = Repository.current.text(path) ?? ""
                return !text.hasPrefix("// ") && !text.hasPrefix(";; ")
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
