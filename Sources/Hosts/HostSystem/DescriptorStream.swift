import CHostSystem

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A pipe, terminal or character device of the process as a guest's input or output.
///
/// It asks the system first whether a read or write would wait, and has a thread of the module watch the descriptor
/// where it would: the descriptor's own mode, which other processes may share, stays as it is.
public final class DescriptorStream: GuestInput, GuestOutput, Sendable {
    let descriptor: Int32
    private let owned: OwnedDescriptor?
    private let isAlwaysReady: Bool

    /// What the descriptor is; a terminal is a character device, any other device is not.
    public let type: HostFileType

    /// Bytes that a pipe surely takes when it says it takes any.
    private static let atomicBytes = 4_096

    init(_ owned: consuming OwnedDescriptor, type: HostFileType) {
        descriptor = owned.number
        self.owned = consume owned
        self.type = type
        isAlwaysReady = false
    }

    /// A descriptor of the process, like its standard output, which stays open.
    public init(inherited descriptor: Int32) throws(HostError) {
        self.descriptor = descriptor
        owned = nil
        let found = try SystemCall.status(descriptor).type
        isAlwaysReady = found == .regularFile
        type = found == .characterDevice && isatty(descriptor) == 0 ? .unknown : found
    }

    /// Reads what is there.
    public func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead {
        if !isReady(Int16(POLLIN)) { return .wouldWait }
        do {
            let count = try SystemCall.read(descriptor, into: &bytes)
            return count == 0 ? .end : .bytes(count)
        } catch {
            if error == .wouldBlock { return .wouldWait }
            throw error
        }
    }

    /// Writes what surely goes at once.
    public func write(_ bytes: RawSpan) throws(HostError) -> Int {
        if !isReady(Int16(POLLOUT)) { return 0 }
        let piece = isAlwaysReady ? bytes : bytes.extracting(first: min(bytes.byteCount, Self.atomicBytes))
        do { return try SystemCall.write(descriptor, piece) } catch {
            if error == .wouldBlock { return 0 }
            throw error
        }
    }

    /// What the system says is there; nil at the end.
    public var readableBytes: Int? {
        if !isReady(Int16(POLLIN)) { return 0 }
        let count = Int(martlet_readable_bytes(descriptor))
        return count <= 0 ? nil : count
    }

    /// Nothing more than the code.
    public var cause: (any Error)? { nil }

    /// Whether a write goes at once.
    public var isWritable: Bool { isReady(Int16(POLLOUT)) }

    /// Has the descriptor watched.
    public func wakeWhenReadable(_ token: WakeToken) { watch(Int16(POLLIN), token) }

    /// Has the descriptor watched.
    public func wakeWhenWritable(_ token: WakeToken) { watch(Int16(POLLOUT), token) }

    private func watch(_ events: Int16, _ token: WakeToken) {
        if isAlwaysReady { return token.wake() }
        ReadinessMonitor.shared.watch(self, descriptor, events, token)
    }

    // An error or a hang-up counts as ready: the call that follows says what it is.
    private func isReady(_ events: Int16) -> Bool {
        isAlwaysReady || SystemCall.poll(descriptor, events) != 0
    }
}
