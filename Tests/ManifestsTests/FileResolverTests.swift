import AppModel
import Foundation
import TestSupport
import Testing

@testable import Manifests

@Suite struct GlobPatternTests {
    @Test(arguments: [
        ("*.txt", "a.txt", true), ("*.txt", "d/a.txt", false), ("*.txt", ".txt", true), ("d/*", "d/a", true),
        ("d/*", "d/e/a", false), ("**/*.txt", "a.txt", true), ("**/*.txt", "d/e/a.txt", true),
        ("d/**/*", "d/a", true), ("d/**/*", "d/e/f/a", true), ("d/**/*", "da/b", false),
        ("d/**", "d/e/a", true),
        ("a?c", "abc", true), ("a?c", "a/c", false), ("[ab].x", "b.x", true), ("[!ab].x", "b.x", false),
        ("[!ab].x", "c.x", true), ("[a-c]", "b", true), ("[]]", "]", true), ("[a-]", "-", true),
        ("**/b/**/c", "a/b/x/y/c", true), ("**/b/**/c", "a/xb/c", false), ("é*", "école", true),
        ("a*b*c", "abbc", true),
        ("**/**/a", "a", true), ("x**y", "x", false),
    ])
    func `a pattern matches what it should`(pattern: String, path: String, matches: Bool) {
        let compiled = try? GlobPattern(pattern, reach: .part)
        #expect((compiled?.matches(path) ?? false) == matches)
    }

    @Test(arguments: [("secret/*", "secret/a/b", true), ("*.key", "a/b.key", true), ("a/*", "b/a/c", false)])
    func `an exclusion reaches across folders`(pattern: String, path: String, matches: Bool) throws {
        #expect(try GlobPattern(pattern, reach: .path).matches(path) == matches)
    }

    @Test func `a pattern made to backtrack ends quickly`() throws {
        let pattern = try GlobPattern(String(repeating: "*a", count: 200) + "b", reach: .path)
        let elapsed = ContinuousClock().measure {
            #expect(!pattern.matches(String(repeating: "a", count: 2000)))
        }
        #expect(elapsed < .seconds(20))
    }
}

@Suite struct FileResolverTests {
    private func mounts(
        _ folder: TemporaryFolder, _ pattern: String, excluding: [String] = [],
        limits: ManifestLimits = ManifestLimits()
    ) throws -> [String] {
        let resolver = FileResolver(folder: folder.path, limits: limits)
        let exclusions = try excluding.map { try resolver.exclusion($0) }
        return try resolver.mounts(pattern: pattern, excluding: exclusions).map {
            #expect($0.hostPath.hasPrefix(folder.path + "/"))
            return "\($0.guestPath) \($0.kind)"
        }.sorted()
    }

    private func tree() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["a.txt", "s/b.txt", "s/c.js", "s/d/e.txt", "s/d/.hidden"] {
            try folder.file(name, name)
        }
        return folder
    }

    @Test(arguments: [
        ("a.txt", ["/a.txt file"]), ("./s/b.txt", ["/s/b.txt file"]), ("s", ["/s folder"]),
        ("s/*.txt", ["/s/b.txt file"]),
        ("s/**/*.txt", ["/s/b.txt file", "/s/d/e.txt file"]), ("*/*.js", ["/s/c.js file"]),
        ("s/d/*", ["/s/d/.hidden file", "/s/d/e.txt file"]), ("none/*", []), ("*", ["/a.txt file"]),
    ])
    func `files keep their relative paths`(pattern: String, expected: [String]) throws {
        let folder = try tree()
        #expect(try mounts(folder, pattern) == expected)
    }

    @Test func `excluded files are left out of patterns and of folders`() throws {
        let folder = try tree()
        #expect(try mounts(folder, "s", excluding: ["s/d/*"]) == ["/s/b.txt file", "/s/c.js file"])
        #expect(try mounts(folder, "**/*", excluding: ["*.txt", "**/.hidden"]) == ["/s/c.js file"])
    }

    @Test func `a source is put at its destination`() throws {
        let folder = try tree()
        let resolver = FileResolver(folder: folder.path, limits: ManifestLimits())
        #expect(
            try resolver.mounts(source: "s/d", destination: "//x/./y/", excluding: [])
                == [FileMount(hostPath: folder.path + "/s/d", guestPath: "/x/y", kind: .folder)])
        #expect(
            try resolver.mounts(source: "a.txt", destination: "/z", excluding: [])
                == [FileMount(hostPath: folder.path + "/a.txt", guestPath: "/z", kind: .file)])
    }

    @Test(arguments: ["out", "out/*", "out/secret", "s/*", "s/**/*", "s/link"])
    func `a symbolic link cannot lead out of the folder`(pattern: String) throws {
        let outside = try TemporaryFolder()
        try outside.file("secret", "x")
        let folder = try tree()
        try folder.link("out", to: outside.path)
        try folder.link("s/link", to: outside.path + "/secret")
        let error = #expect(throws: FileResolver.Refusal.self) { try mounts(folder, pattern) }
        #expect(error?.sentence.contains("leads out of the application's folder") == true)
    }

    @Test func `a symbolic link inside the folder is followed`() throws {
        let folder = try tree()
        try folder.link("alias.txt", to: "a.txt")
        try folder.link("s/up", to: "..")
        #expect(try mounts(folder, "alias.txt") == ["/alias.txt file"])
        let resolver = FileResolver(folder: folder.path, limits: ManifestLimits())
        #expect(
            try resolver.mounts(pattern: "alias.txt", excluding: []).map(\.hostPath) == [
                folder.path + "/a.txt"
            ])
    }

    @Test func `a cycle of links ends`() throws {
        let folder = try tree()
        try folder.link("s/again", to: ".")
        #expect(try mounts(folder, "s/**/*.js") == ["/s/c.js file"])
        #expect(try mounts(folder, "s/*/*.js") == ["/s/again/c.js file"])
    }

    @Test func `looking at more files than allowed is refused`() throws {
        let folder = try tree()
        var limits = ManifestLimits()
        limits.visitedFilesMax = 7
        #expect(try mounts(folder, "**/*.js", limits: limits).count == 1)
        limits.visitedFilesMax = 6
        #expect(throws: FileResolver.Refusal.self) { try mounts(folder, "**/*.js", limits: limits) }
    }

    @Test func `naming more files than allowed is refused`() throws {
        let folder = try tree()
        var limits = ManifestLimits()
        limits.matchedFilesMax = 5
        #expect(try mounts(folder, "**/*", limits: limits).count == 5)
        limits.matchedFilesMax = 4
        #expect(throws: FileResolver.Refusal.self) { try mounts(folder, "**/*", limits: limits) }
    }

    @Test func `folders deeper than allowed are refused`() throws {
        let folder = try tree()
        var limits = ManifestLimits()
        limits.folderDepthMax = 3
        #expect(try mounts(folder, "**/*", limits: limits).count == 5)
        limits.folderDepthMax = 2
        #expect(throws: FileResolver.Refusal.self) { try mounts(folder, "**/*", limits: limits) }
    }

    @Test func `a pattern at the length limit is read and a longer one refused`() throws {
        let folder = try tree()
        var limits = ManifestLimits()
        limits.patternBytesMax = 5
        #expect(try mounts(folder, "a.txt", limits: limits).count == 1)
        #expect(throws: FileResolver.Refusal.self) { try mounts(folder, "./a.txt", limits: limits) }
    }
}
