#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The process's limit of open descriptors, which counts connections too.
enum OpenFiles {
    /// What a server opens before it has any connection: its event loops, logs, and the images of its components.
    private static let leastForServer = 128

    /// Raises the soft limit to the hard one: the usual 1,024 is less than a server's idle connections.
    ///
    /// - Returns: the limit in force.
    static func raiseLimit() throws(OperatorError) -> Int {
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(kind, &limit) == 0 else { return 1_024 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        // A refusal leaves the limit as it was.
        let inForce = unsafe setrlimit(kind, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur
        guard inForce >= leastForServer else {
            throw OperatorError(
                "Only \(inForce) files may be open at once, and a server needs \(leastForServer); raise the limit with ulimit -n"
            )
        }
        return Int(clamping: inForce)
    }
}
