#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The process's limit of open descriptors, which counts connections too.
enum OpenFiles {
    /// Raises the soft limit to the hard one: the usual 1,024 is less than a server's idle connections.
    ///
    /// - Returns: the limit in force.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        limit.rlim_cur = limit.rlim_max
        // A refusal leaves the limit as it was, which is what it would be anyway.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
