#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The clocks a guest can read; the raw values are preview 1's `clockid`. Times are nanoseconds.
public enum HostClock: UInt32, Sendable {
    /// Time since 1970 in UTC; it can be set.
    case realtime = 0
    /// Time since some moment; it never goes back.
    case monotonic = 1
    /// Computing time of the guest. Its instance is its process and its thread.
    case processCPU = 2
    /// The same: a guest has one thread.
    case threadCPU = 3

    /// The time now.
    public func now(of guest: some HostWaiting) throws(HostError) -> UInt64 {
        switch self {
        case .realtime: try SystemCall.time(of: CLOCK_REALTIME)
        case .monotonic: try SystemCall.time(of: CLOCK_MONOTONIC)
        case .processCPU, .threadCPU: guest.cpuNanoseconds
        }
    }

    /// Nanoseconds of the monotonic clock, which needs no guest and never fails.
    public static var monotonicNow: UInt64 {
        // A system without this clock runs nothing of all this; 0 would only make waits longer.
        (try? SystemCall.time(of: CLOCK_MONOTONIC)) ?? 0
    }

    /// Nanoseconds since 1970 in UTC, which needs no guest and never fails.
    public static var realtimeNow: UInt64 {
        // As above.
        (try? SystemCall.time(of: CLOCK_REALTIME)) ?? 0
    }

    /// The smallest step of the clock.
    public func resolution() throws(HostError) -> UInt64 {
        switch self {
        case .realtime: try SystemCall.resolution(of: CLOCK_REALTIME)
        case .monotonic, .processCPU, .threadCPU: try SystemCall.resolution(of: CLOCK_MONOTONIC)
        }
    }
}

/// Randomness for guests.
public enum HostRandom {
    /// Fills `bytes` from the kernel's generator, fit for keys.
    public static func fill(_ bytes: inout MutableRawSpan) throws(HostError) {
        try SystemCall.random(&bytes)
    }

    /// So many bytes.
    public static func bytes(_ count: Int) throws(HostError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withMutableRawSpan { (span) throws(HostError) in try SystemCall.random(&span) }
        return bytes
    }

    /// One number.
    public static func number() throws(HostError) -> UInt64 {
        try bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
