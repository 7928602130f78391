import AppModel
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct RegularFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func problem(_ path: String, bytesMax: Int = 10) -> RegularFile.Problem? {
        do throws(RegularFile.Problem) {
            _ = try RegularFile(path).bytes(atMost: bytesMax)
            return nil
        } catch { return error }
    }

    @Test func `a file of as many bytes as may be is read, through links too`() throws {
        let file = try folder.file("file", "0123456789")
        try folder.link("link", to: "file")
        for path in [file, "\(folder.path)/link"] {
            #expect(try RegularFile(path).bytes(atMost: 10) == Array("0123456789".utf8))
            #expect(problem(path, bytesMax: 9) == .tooLarge(bytesMax: 9))
        }
    }

    @Test func `a huge file is refused before it is read`() throws {
        let file = try folder.file("huge", "")
        #expect(truncate(file, 1 << 40) == 0)
        #expect(problem(file) == .tooLarge(bytesMax: 10))
    }

    @Test func `what is no file is not read`() throws {
        #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        try folder.link("loop", to: "loop")
        for path in [folder.path, "\(folder.path)/pipe", "/dev/zero", "/dev/null"] {
            #expect(problem(path) == .notRegular, "\(path)")
        }
        #expect(problem("\(folder.path)/none") == .missing)
        #expect(problem("\(folder.path)/loop") != nil)
    }
}
