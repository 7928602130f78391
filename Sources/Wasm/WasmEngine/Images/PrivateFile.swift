import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files that belong to this user and that nobody else may write.
enum PrivateFile {
    private static let temporaryNames = Atomic<Int>(0)

    static func makeFolder(_ path: String) throws {
        var parents = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            parents += (parents.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
            if unsafe mkdir(parents, 0o700) != 0, errno != EEXIST {
                throw failure("make the folder \(parents)")
            }
        }
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open the folder \(path)") }
        defer { close(descriptor) }
        try check(descriptor, path)
    }

    /// The whole content, or nil when there is no such file.
    static func read(_ path: String) throws -> [UInt8]? {
        unsafe try withMapped(path) { _, bytes in unsafe Array(bytes) }
    }

    /// Lends the content of a file that is ours, or returns nil when there is none.
    static func withMapped<Result>(
        _ path: String, _ body: (CInt, UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result? {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open \(path)")
        }
        defer { close(descriptor) }
        let size = try check(descriptor, path)
        guard size > 0 else {
            return unsafe try body(descriptor, UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw failure("map \(path)") }
        defer { unsafe munmap(address, size) }
        return unsafe try body(descriptor, UnsafeRawBufferPointer(start: address, count: size))
    }

    /// Writes a file that appears whole or not at all, also when the machine stops in the middle.
    static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws {
        let serial = temporaryNames.add(1, ordering: .relaxed).newValue
        let temporary = "\(path).\(getpid()).\(serial).tmp"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create \(temporary)") }
        defer {
            close(descriptor)
            // After a rename there is nothing left of this name.
            _ = unsafe unlink(temporary)
        }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe systemWrite(
                    descriptor, $0.baseAddress.map { unsafe $0 + written }, bytes.count - written)
            }
            guard count > 0 else { throw failure("write \(temporary)") }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw failure("write \(temporary)") }
        if replacing {
            guard unsafe rename(temporary, path) == 0 else { throw failure("rename to \(path)") }
        } else if unsafe link(temporary, path) != 0, errno != EEXIST {
            throw failure("create \(path)")
        }
    }

    /// Removes what writers left in a folder when they were killed: files whose names tell a process that is no more.
    ///
    /// A writer on another machine that shares the folder may lose its file; it then keeps no image this time.
    static func removeLeftovers(in folder: String) {
        guard let entries = unsafe opendir(folder) else { return }
        defer { unsafe closedir(entries) }
        while let entry = unsafe readdir(entries) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            let parts = name.split(separator: ".")
            guard parts.count >= 4, parts.last == "tmp", let writer = pid_t(parts[parts.count - 3]),
                writer > 0,
                kill(writer, 0) != 0, errno == ESRCH
            else { continue }
            _ = unsafe unlink("\(folder)/\(name)")
        }
    }

    static func remove(_ path: String) throws {
        if unsafe unlink(path) != 0, errno != ENOENT { throw failure("remove \(path)") }
    }

    @discardableResult
    private static func check(_ descriptor: CInt, _ path: String) throws -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("look at \(path)") }
        guard status.st_uid == geteuid() else {
            throw EngineError(.image, "\(path) belongs to another user, so nothing in it is trusted.")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw EngineError(
                .image, "\(path) can be written by others, so nothing in it is trusted: chmod go-w it.")
        }
        return Int(status.st_size)
    }

    private static func failure(_ action: String) -> EngineError {
        let reason = unsafe String(cString: strerror(errno))
        return EngineError(.image, "Cannot \(action): \(reason).")
    }
}

private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}
