#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The process's limit of open descriptors, which counts connections too.
enum OpenFiles {
    /// Raises the soft limit to the hard one: the usual 1,024 is less than a server's idle connections.
    static func raiseLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // A refusal leaves the limit as it was, which is what it would be anyway.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
