import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import HostSystem

@Suite struct GuestSystemTests {
    private let place: TemporaryFolder
    private let guest = TestGuest()

    init() throws { place = try TemporaryFolder() }

    private func system(
        _ access: HostAccess = .readWrite, files: HostFileExecution = .inline,
        _ change: (inout HostSystemLimits) -> Void = { _ in }
    ) throws -> GuestSystem {
        var limits = HostSystemLimits()
        change(&limits)
        let grant = DirectoryGrant(hostPath: place.path, guestPath: "/", access: access)
        return GuestSystem(try HostSystemPlan(directories: [grant], files: files, limits: limits))
    }

    private func open(
        _ system: GuestSystem, _ path: String, below folder: UInt32 = 3, rights: HostRights = .file,
        flags: HostDescriptorFlags = [], _ change: (inout HostOpenOptions) -> Void = { _ in }
    ) throws -> UInt32 {
        var options = HostOpenOptions()
        change(&options)
        return try system.open(
            folder, path, options, rights: rights, inheriting: HostRights(rawValue: .max), flags: flags,
            for: guest)
    }

    @Test("A grant that cannot be given is a sentence")
    func badGrants() throws {
        let missing = "\(place.path)/missing"
        let error = #expect(throws: HostSystemError.self) {
            try HostSystemPlan(directories: [DirectoryGrant(hostPath: missing, guestPath: "/data")])
        }
        #expect(
            error?.description == """
                The folder "\(missing)" cannot be granted as "/data": it does not exist. Create it or name another one.
                """)
        #expect(throws: HostSystemError.self) { try HostSystemPlan(environment: [("A=B", "c")]) }
        #expect(throws: HostSystemError.self) { try HostSystemPlan(arguments: ["a\0b"]) }
    }

    @Test("Descriptors are the lowest free numbers, up to the limit")
    func numbers() throws {
        try place.file("file")
        let system = try system { $0.descriptors = 6 }
        #expect(try open(system, "file") == 4)
        #expect(try open(system, "file") == 5)
        #expect(failure { try open(system, "file") } == .tooManyDescriptors)
        try system.close(4)
        #expect(failure { try system.close(4) } == .badDescriptor)
        #expect(try open(system, "file") == 4)
        #expect(system.descriptorCount == 6)
    }

    @Test("A guest that changes its table leaves the plan's as it is")
    func sharedTable() throws {
        try place.file("file")
        let first = try system()
        _ = try open(first, "file")
        try first.close(3)
        let second = GuestSystem(first.plan)
        #expect(second.descriptorCount == 4)
        #expect(try open(second, "file") == 4)
    }

    @Test("Renumbering moves an entry onto an open one")
    func renumber() throws {
        try place.file("file")
        let system = try system()
        let file = try open(system, "file")
        try system.renumber(file, to: 1)
        #expect(failure { try system.descriptor(file) } == .badDescriptor)
        #expect(try system.type(of: system.descriptor(1)) == .regularFile)
        #expect(failure { try system.renumber(1, to: file) } == .badDescriptor)
        try system.renumber(1, to: 1)
    }

    @Test("Rights are given up, never won back, and asked for by every call")
    func rights() throws {
        try place.file("file", "text")
        let system = try system()
        let file = try open(system, "file", rights: [.fileRead, .fileSeek])
        #expect(try system.descriptor(file).rights == [.fileRead, .fileSeek])
        #expect(failure { try system.sink(file) } == .notCapable)
        try system.setRights(file, [.fileSeek], inheriting: [])
        #expect(failure { try system.source(file) } == .notCapable)
        #expect(failure { try system.setRights(file, [.fileRead], inheriting: []) } == .notCapable)
        try system.setRights(3, [.pathOpen], inheriting: [.fileSeek])
        #expect(failure { try open(system, "file", rights: [.fileRead]) } == .notCapable)
        #expect(failure { try open(system, "new") { $0.creates = true } } == .notCapable)
        #expect(failure { try open(system, "file", rights: []) { $0.truncates = true } } == .notCapable)
        #expect(failure { try system.status(3, "file", followsLinks: true, for: guest) } == .notCapable)
        #expect(try open(system, "file", rights: [.fileSeek, .fileSync]) == 5)
        #expect(try system.descriptor(5).rights == [.fileSeek])
    }

    @Test("A folder for reading says so in its rights, and in its errors")
    func readOnly() throws {
        try place.file("file", "text")
        let system = try system(.readOnly)
        #expect(try system.descriptor(3).rights.isDisjoint(with: .changing))
        #expect(try system.descriptor(3).inheriting.isDisjoint(with: .changing))
        #expect(failure { try open(system, "file", rights: [.fileRead, .fileWrite]) } == .readOnly)
        #expect(failure { try open(system, "new", rights: [.fileRead]) { $0.creates = true } } == .readOnly)
        let made = failure {
            try system.onNames(3, .pathCreateDirectory, for: guest) { (directory) throws(HostError) in
                try directory.createDirectory("x")
            }
        }
        #expect(made == .readOnly)
        let file = try open(system, "file", rights: [.fileRead, .fileSetTimes])
        #expect(
            failure { try system.setTimes(file, accessed: .now, modified: .now, for: guest) } == .notCapable)
        #expect(try place.names() == ["file"])
    }

    @Test("Appending is switched on and off; what is fixed when opening stays")
    func flags() throws {
        try place.file("file", "12345")
        let system = try system()
        let number = try open(system, "file", flags: .append)
        guard case .file(let file) = try system.sink(number) else { throw HostError.invalid }
        #expect(try file.write(Array("6".utf8)) == 1)
        try system.setFlags(number, [])
        #expect(try file.seek(0, from: .start) == 0)
        #expect(try file.write(Array("0".utf8)) == 1)
        #expect(place.content("file") == "023456")
        #expect(failure { try system.setFlags(number, .sync) } == .notSupported)
    }

    @Test("What is not in memory, or writes, leaves the loop when it has to")
    func offloading() throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        defer { try? pool.syncShutdownGracefully() }
        let system = try system(files: .offload(pool))
        let number = try open(system, "file") { $0.creates = true }
        #expect(guest.waits == 1)
        guard case .file(let file) = try system.sink(number) else { throw HostError.invalid }
        #expect(try system.write(file, Array("text".utf8), at: nil, for: guest) == 4)
        #expect(guest.waits == 2)
        #expect(try system.read(file, count: 9, at: 0, for: guest) == Array("text".utf8))
        #expect(guest.waits == 3)
        _ = try open(system, "file")
        #expect(guest.waits == 3, "the name is cached")
        #expect(failure { try open(system, "missing", below: 3) } == .noEntry)
    }

    @Test("A guest that ends while it waits for a file unwinds, and the work goes on without it")
    func interruption() throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let system = try system(files: .offload(pool))
        guest.isEnding = true
        let isDone = DispatchSemaphore(value: 0)
        #expect(throws: HostFailure.self) {
            _ = try system.onNames(3, .pathCreateDirectory, for: guest) { (directory) throws(HostError) in
                defer { isDone.signal() }
                try directory.createDirectory("made")
            }
        }
        isDone.wait()
        try pool.syncShutdownGracefully()
        #expect(try place.names() == ["made"])
    }

    @Test("Names are read in pieces and again, each once")
    func entries() throws {
        for index in 0..<300 { try place.file("file-with-a-long-enough-name-\(index)") }
        let system = try system { $0.directoryChunkBytes = 1_024 }
        var names: [String] = []
        var cookies: [UInt64] = [0]
        while true {
            let entries = try system.entries(3, after: cookies[cookies.count - 1], for: guest)
            guard let first = entries.first else { break }
            // One at a time, as a guest with a small buffer takes them.
            names.append(String(decoding: first.name, as: UTF8.self))
            cookies.append(first.next)
        }
        #expect(names.count == 302)
        #expect(Set(names).isSuperset(of: [".", "..", "file-with-a-long-enough-name-299"]))
        #expect(Set(names).count == 302)
        let again = try system.entries(3, after: cookies[100], for: guest)
        #expect(again.first.map { String(decoding: $0.name, as: UTF8.self) } == names[100])
        #expect(
            try system.entries(3, after: 0, for: guest).first.map { String(decoding: $0.name, as: UTF8.self) }
                == names[0])
        #expect(failure { try system.entries(3, after: .max, for: guest) } == .invalid)
    }

    @Test("The folder above has no number of its own")
    func parentNumber() throws {
        let system = try system()
        let entries = try system.entries(3, after: 0, for: guest)
        let numbers = Set(entries.filter { $0.name.starts(with: [46]) }.map(\.inode))
        #expect(numbers == [try system.status(3).inode])
    }

    @Test("Own variables come before the plan's")
    func environment() throws {
        let plan = try HostSystemPlan(arguments: ["program", ""], environment: [("A", "1"), ("B", "")])
        var own = EncodedStrings()
        try own.append(name: "A", value: "2")
        let system = GuestSystem(plan, ownEnvironment: own)
        #expect(system.ownEnvironment.bytes == Array("A=2\0".utf8))
        #expect(system.plan.environment.bytes == Array("A=1\0B=\0".utf8))
        #expect(system.plan.environment.offsets == [0, 4])
        #expect(system.arguments.bytes == Array("program\0\0".utf8))
        #expect(failure { try own.append(name: "", value: "x") } == .invalid)
        #expect(failure { try own.append(name: "C", value: "a\0b") } == .invalid)
        #expect(own.bytes == Array("A=2\0".utf8))
        var limits = HostSystemLimits()
        limits.strings = 2
        #expect(failure { try EncodedStrings(["a", "b"], limits: limits) } == nil)
        #expect(failure { try EncodedStrings(["a", "b", "c"], limits: limits) } == .argumentListTooLong)
        limits.stringBytes = 3
        #expect(failure { try EncodedStrings(["ab"], limits: limits) } == nil)
        #expect(failure { try EncodedStrings(["abc"], limits: limits) } == .argumentListTooLong)
    }

    @Test("Guests together take at most half of the process's descriptors, and give them back")
    func processLimit() async {
        await #expect(processExitsWith: .success) {
            // Sockets of tests that run beside this one may have come along, and would use the limit up.
            for descriptor in Int32(3)..<25_000 {
                var status = stat()
                if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { close(descriptor) }
            }
            var limit = rlimit(rlim_cur: 64, rlim_max: 64)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let place = try TemporaryFolder()
            try place.file("file")
            let root = try HostDirectory(hostPath: place.path, access: .readOnly)
            var files: [HostFile] = []
            for _ in 0..<32 { files.append(try root.file("file", .reading)) }
            precondition(failure { try root.file("file", .reading) } == .tooManyDescriptorsInSystem)
            precondition(OwnedDescriptor.openCount == 32)
            files.removeAll()
            precondition(OwnedDescriptor.openCount == 0)
            precondition(failure { try root.file("missing", .reading) } == .noEntry)
            precondition(OwnedDescriptor.openCount == 0)
        }
    }

    @Test("A removed file that is closed off the loop is closed")
    func closingOffLoop() throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        defer { try? pool.syncShutdownGracefully() }
        weak var closed: HostFile?
        do {
            let system = try system(files: .offload(pool))
            for _ in 0..<2 {
                let number = try open(system, "file") { $0.creates = true }
                if case .file(let file) = try system.sink(number) { closed = file }
                unlink("\(place.path)/file")
                try system.close(number)
            }
            while closed != nil { sched_yield() }
            let number = try open(system, "file") { $0.creates = true }
            if case .file(let file) = try system.sink(number) { closed = file }
            unlink("\(place.path)/file")
        }
        while closed != nil { sched_yield() }
    }

    @Test("Every number of the system has its error")
    func errors() {
        #expect(HostError(systemError: ENOENT) == .noEntry)
        #expect(HostError(systemError: ENOTSUP) == .notSupported)
        #expect(HostError(systemError: -1) == .inputOutput)
        #expect(HostError(systemError: 9_999) == .inputOutput)
        #expect(Set(HostError.allCases.map(\.rawValue)) == Set(1...76))
    }
}
