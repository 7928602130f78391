import CHostSystem

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The door to the system: each call with safe parameters, failures as `HostError`. Together with `SystemCall+Data` the
/// only place of this module that touches pointers; each of them is borrowed for the time of one call.
package enum SystemCall {
    /// Runs a call again while a signal interrupts it, and turns its failure into an error.
    @inline(__always)
    static func retrying<Value: SignedInteger>(_ call: () -> Value) throws(HostError) -> Value {
        while true {
            let value = call()
            if value >= 0 { return value }
            if errno != EINTR { throw .last }
        }
    }

    // MARK: Opening

    /// Opens for nothing but lookups.
    static let pathOnly = martlet_open_path_flag()

    static func openBeneath(
        _ directory: Int32, _ path: String, _ flags: Int32, mode: UInt32 = 0, isCachedOnly: Bool = false
    ) throws(HostError) -> Int32 {
        let how = isCachedOnly ? MARTLET_OPEN_CACHED_ONLY : 0
        return try retrying {
            unsafe path.withCString {
                unsafe martlet_open_beneath(directory, $0, flags | O_CLOEXEC, mode, how)
            }
        }
    }

    package static func open(
        at directory: Int32 = AT_FDCWD, _ name: String, _ flags: Int32, mode: UInt32 = 0
    ) throws(HostError) -> Int32 {
        try retrying {
            unsafe name.withCString { unsafe martlet_openat(directory, $0, flags | O_CLOEXEC, mode) }
        }
    }

    /// Whether the kernel resolves paths beneath a folder by itself; sandboxes of old refuse the call with `EPERM`.
    static let canOpenBeneath: Bool = {
        do {
            let here = try open("/", O_RDONLY | O_DIRECTORY)
            defer { close(here) }
            close(try openBeneath(here, ".", O_RDONLY | O_DIRECTORY))
            return true
        } catch { return false }
    }()

    /// Descriptors that the process may have.
    static let descriptorsMax: Int = {
        var limit = rlimit()
        #if canImport(Glibc)
            let isKnown = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        #else
            let isKnown = unsafe getrlimit(RLIMIT_NOFILE, &limit) == 0
        #endif
        return isKnown ? Int(clamping: limit.rlim_cur) : 256
    }()

    @discardableResult
    package static func close(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #else
            Darwin.close(descriptor)
        #endif
    }

    // MARK: Names

    static func makeDirectory(_ directory: Int32, _ name: String) throws(HostError) {
        _ = try retrying { unsafe name.withCString { unsafe mkdirat(directory, $0, 0o777) } }
    }

    static func remove(_ directory: Int32, _ name: String, isDirectory: Bool) throws(HostError) {
        let flags = isDirectory ? AT_REMOVEDIR : 0
        _ = try retrying { unsafe name.withCString { unsafe unlinkat(directory, $0, flags) } }
    }

    static func rename(
        _ directory: Int32, _ name: String, to newDirectory: Int32, _ newName: String
    ) throws(HostError) {
        _ = try retrying {
            unsafe name.withCString { old in
                unsafe newName.withCString { unsafe renameat(directory, old, newDirectory, $0) }
            }
        }
    }

    /// Links the name itself, never what a symbolic link of that name points to.
    static func link(
        _ directory: Int32, _ name: String, to newDirectory: Int32, _ newName: String
    ) throws(HostError) {
        _ = try retrying {
            unsafe name.withCString { old in
                unsafe newName.withCString { unsafe linkat(directory, old, newDirectory, $0, 0) }
            }
        }
    }

    static func symbolicLink(_ target: String, _ directory: Int32, _ name: String) throws(HostError) {
        _ = try retrying {
            unsafe target.withCString { text in
                unsafe name.withCString { unsafe symlinkat(text, directory, $0) }
            }
        }
    }

    /// The text of the symbolic link, however long; `EINVAL` for anything else.
    static func readLink(_ directory: Int32, _ name: String) throws(HostError) -> [UInt8] {
        var capacity = 256
        while true {
            let text = try unsafe [UInt8](unsafeUninitializedCapacity: capacity) {
                (buffer, count) throws(HostError) in
                count = Int(
                    try retrying {
                        unsafe name.withCString { path in
                            unsafe buffer.withMemoryRebound(to: CChar.self) {
                                unsafe readlinkat(directory, path, $0.baseAddress!, capacity)
                            }
                        }
                    })
            }
            if text.count < capacity { return text }
            capacity *= 2
        }
    }

    // MARK: Status

    static func status(_ directory: Int32, _ name: String) throws(HostError) -> HostFileStatus {
        var status = stat()
        _ = try retrying {
            unsafe name.withCString { unsafe fstatat(directory, $0, &status, AT_SYMLINK_NOFOLLOW) }
        }
        return HostFileStatus(status)
    }

    package static func status(_ descriptor: Int32) throws(HostError) -> HostFileStatus {
        HostFileStatus(try mode(descriptor))
    }

    static func mode(_ descriptor: Int32) throws(HostError) -> stat {
        var status = stat()
        _ = try retrying { unsafe fstat(descriptor, &status) }
        return status
    }

    static func setTimes(
        _ directory: Int32, _ name: String, accessed: HostFileTime, modified: HostFileTime
    ) throws(HostError) {
        let times = [accessed.specification, modified.specification]
        _ = try retrying {
            unsafe name.withCString { unsafe utimensat(directory, $0, times, AT_SYMLINK_NOFOLLOW) }
        }
    }

    static func setTimes(
        _ descriptor: Int32, accessed: HostFileTime, modified: HostFileTime
    ) throws(HostError) {
        let times = [accessed.specification, modified.specification]
        _ = try retrying { unsafe futimens(descriptor, times) }
    }
}
