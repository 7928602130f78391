import AppModel
import CHostSystem

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// Counts the sockets of one guest.
final class SocketQuota: Sendable {
    private let count = Atomic<Int>(0)
    private let most: Int

    init(most: Int) { self.most = most }

    func take() throws(HostError) {
        guard count.add(1, ordering: .relaxed).newValue <= most else {
            count.subtract(1, ordering: .relaxed)
            throw .tooManyDescriptors
        }
    }

    func giveBack() { count.subtract(1, ordering: .relaxed) }
}

/// A socket that a guest made or accepted: its descriptor, and its options.
public final class SocketHandle: Sendable {
    private let owned: OwnedDescriptor
    private let quota: SocketQuota
    /// Whether it speaks version 6.
    public let isVersion6: Bool
    var descriptor: Int32 { owned.number }

    init(
        isVersion6: Bool, quota: SocketQuota, _ open: () throws(HostError) -> Int32
    ) throws(HostError) {
        try quota.take()
        do { owned = try OwnedDescriptor(open) } catch {
            quota.giveBack()
            throw error
        }
        self.quota = quota
        self.isVersion6 = isVersion6
    }

    deinit { quota.giveBack() }

    var isReadable: Bool { SystemCall.poll(descriptor, Int16(POLLIN)) != 0 }
    var isWritable: Bool { SystemCall.poll(descriptor, Int16(POLLOUT)) != 0 }

    func wakeWhenReadable(_ token: WakeToken) {
        ReadinessMonitor.shared.watch(self, descriptor, Int16(POLLIN), token)
    }

    func wakeWhenWritable(_ token: WakeToken) {
        ReadinessMonitor.shared.watch(self, descriptor, Int16(POLLOUT), token)
    }

    // MARK: - Options

    private var hopLimitOption: Int32 {
        isVersion6 ? Int32(MARTLET_OPTION_HOP_LIMIT_6) : Int32(MARTLET_OPTION_HOP_LIMIT_4)
    }

    /// How many hosts a packet may pass.
    public func hopLimit() throws(HostError) -> UInt8 {
        UInt8(clamping: try SystemCall.option(descriptor, hopLimitOption))
    }

    /// Changes it; 0 is `invalid`.
    public func setHopLimit(_ value: UInt8) throws(HostError) {
        if value == 0 { throw .invalid }
        try SystemCall.setOption(descriptor, hopLimitOption, Int32(value))
    }

    /// A direction whose bytes the system buffers.
    public enum Direction: Sendable { case receive, send }

    private func option(_ direction: Direction) -> Int32 {
        direction == .receive ? Int32(MARTLET_OPTION_RECEIVE_BUFFER) : Int32(MARTLET_OPTION_SEND_BUFFER)
    }

    /// Bytes that the system buffers.
    public func bufferSize(_ direction: Direction) throws(HostError) -> UInt64 {
        let size = UInt64(try SystemCall.option(descriptor, option(direction)))
        #if canImport(Glibc)
            // Linux doubles what it is told, for its own books.
            return size / 2
        #else
            return size
        #endif
    }

    /// Asks for another size, of which the system takes what it likes; 0 is `invalid`.
    public func setBufferSize(_ direction: Direction, _ size: UInt64) throws(HostError) {
        if size == 0 { throw .invalid }
        let size = Int32(clamping: min(size, UInt64(Int32.max / 2)))
        do { try SystemCall.setOption(descriptor, option(direction), size) } catch {
            // Systems that do not clamp say so; the size is a hint.
            if error != .noBufferSpace { throw error }
        }
    }

    /// Whether the system asks idle peers if they are still there.
    public func isKeepAliveEnabled() throws(HostError) -> Bool {
        try SystemCall.option(descriptor, Int32(MARTLET_OPTION_KEEP_ALIVE)) != 0
    }

    /// Changes it.
    public func setKeepAliveEnabled(_ isEnabled: Bool) throws(HostError) {
        try SystemCall.setOption(descriptor, Int32(MARTLET_OPTION_KEEP_ALIVE), isEnabled ? 1 : 0)
    }

    /// A number about keeping a connection alive; times are nanoseconds.
    public enum KeepAlive: Sendable {
        /// Idle time before the first question.
        case idleTime
        /// Time between questions.
        case interval
        /// Questions without an answer until the peer is given up.
        case count

        var option: Int32 {
            switch self {
            case .idleTime: Int32(MARTLET_OPTION_KEEP_ALIVE_IDLE)
            case .interval: Int32(MARTLET_OPTION_KEEP_ALIVE_INTERVAL)
            case .count: Int32(MARTLET_OPTION_KEEP_ALIVE_COUNT)
            }
        }
    }

    private static let second: UInt64 = 1_000_000_000

    /// The number.
    public func keepAlive(_ what: KeepAlive) throws(HostError) -> UInt64 {
        let value = UInt64(clamping: try SystemCall.option(descriptor, what.option))
        return what == .count ? value : value * Self.second
    }

    /// Changes it, rounded up to what the system can hold; 0 is `invalid`.
    public func setKeepAlive(_ what: KeepAlive, _ value: UInt64) throws(HostError) {
        if value == 0 { throw .invalid }
        let number =
            what == .count
            ? min(value, UInt64(Int8.max))
            : min(value / Self.second + (value % Self.second == 0 ? 0 : 1), UInt64(Int16.max))
        try SystemCall.setOption(descriptor, what.option, Int32(number))
    }
}
