import Testing

@Suite("Files and functions stay short")
struct LengthTests {
    private static let fileLimit = 700
    private static let functionLimit = 70

    @Test func `no file is longer than the limit`() {
        let long = Repository.current.paths.filter(isSource).filter { path in
            (Repository.current.text(path)?.split(separator: "\n", omittingEmptySubsequences: false).count
                ?? 0)
                > LengthTests.fileLimit + 1
        }
        expectNone(long, "Over \(LengthTests.fileLimit) lines: decide what the second file is.")
    }

    @Test func `no function is longer than the limit, and none of the old ones grows`() {
        let allowed = Exceptions.longFunctions
        for (file, function) in allFunctions where function.length > LengthTests.functionLimit {
            let key = "\(file) \(function.name)"
            #expect(
                function.length <= allowed[key] ?? LengthTests.functionLimit,
                "\(file):\(function.line): `\(function.name)` has \(function.length) lines.")
        }
    }

    @Test func `the allowance of a function goes down with its length`() {
        var longest: [String: Int] = [:]
        for (file, function) in allFunctions {
            longest["\(file) \(function.name)", default: 0] = max(
                longest["\(file) \(function.name)", default: 0], function.length)
        }
        for (key, allowed) in Exceptions.longFunctions {
            #expect(
                longest[key] == allowed,
                "Exceptions.longFunctions: set this number for `\(key)`, or remove it.")
        }
    }

    @Test func `lengths are measured from brace to brace`() {
        let text = """
            protocol P { func required(a: Int); init(b: Int) }
            struct S: P {
                func required(a: Int = [1].map { $0 }[0]) {
                    let text = "}}}"
                    // }
                    if a > 0 {
                        self.init(b: 1)
                    }
                }
                init(b: Int) {}
                deinit { print("}")
                }
            }
            """
        let found = FunctionLengths(SwiftText(path: "Fixture.swift", text: text)).functions
        #expect(found.map(\.name) == ["required", "init", "deinit"])
        #expect(found.map(\.length) == [6, 0, 1])
    }

    private var allFunctions: [(String, FunctionLengths.Function)] {
        Repository.current.swiftFiles().flatMap { file in
            FunctionLengths(file).functions.map { (file.path, $0) }
        }
    }

    private func isSource(_ path: String) -> Bool {
        let folders = ["Sources/", "Tests/", "Benchmarks/", "guests/", "scripts/"]
        let endings = [".swift", ".c", ".h", ".wat", ".py", ".sh", ".zig", ".go", ".rs", ".js"]
        return folders.contains(where: path.hasPrefix)
            && (endings.contains(where: path.hasSuffix) || path.hasPrefix("scripts/"))
    }
}
