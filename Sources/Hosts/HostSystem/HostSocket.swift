import CHostSystem

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A socket that was handed to the guest, or that it accepted from one.
public final class HostSocket: GuestInput, GuestOutput, Sendable {
    private let owned: OwnedDescriptor
    private var descriptor: Int32 { owned.number }

    /// Stream or datagram.
    public let type: HostFileType
    /// Whether it takes connections rather than bytes.
    public let isListening: Bool

    /// Takes over a socket; it becomes non-blocking.
    ///
    /// - Throws: `notSocket` for any other descriptor, which then stays open.
    public convenience init(owning descriptor: Int32) throws(HostError) {
        _ = try SystemCall.socketOption(descriptor, SO_TYPE)
        try self.init(OwnedDescriptor(uncounted: descriptor))
    }

    private init(_ owned: consuming OwnedDescriptor) throws(HostError) {
        let number = owned.number
        type =
            try SystemCall.socketOption(number, SO_TYPE) == SystemCall.datagramSocket
            ? .socketDatagram : .socketStream
        isListening = try SystemCall.socketOption(number, SO_ACCEPTCONN) != 0
        let flags = try SystemCall.retrying { martlet_get_status_flags(number) }
        _ = try SystemCall.retrying { martlet_set_status_flags(number, flags | O_NONBLOCK) }
        self.owned = owned
    }

    /// The next connection; nil where none waits.
    public func accept() throws(HostError) -> HostSocket? {
        do {
            let accepted = try OwnedDescriptor { () throws(HostError) in try SystemCall.accept(descriptor) }
            return try HostSocket(accepted)
        } catch {
            if error == .wouldBlock { return nil }
            throw error
        }
    }

    /// Receives what is there; with `peeks` it stays there for the next call.
    public func receive(into bytes: inout MutableRawSpan, peeks: Bool) throws(HostError) -> GuestRead {
        do {
            let flags = peeks ? SystemCall.peekFlag : 0
            let count = try SystemCall.receive(descriptor, into: &bytes, flags: flags)
            return count == 0 && type == .socketStream ? .end : .bytes(count)
        } catch {
            if error == .wouldBlock { return .wouldWait }
            throw error
        }
    }

    /// Receives what is there.
    public func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead {
        try receive(into: &bytes, peeks: false)
    }

    /// Sends what goes at once.
    public func write(_ bytes: RawSpan) throws(HostError) -> Int {
        do { return try SystemCall.send(descriptor, bytes) } catch {
            if error == .wouldBlock { return 0 }
            throw error
        }
    }

    /// Ends one or both directions.
    public func shutdown(reading: Bool, writing: Bool) throws(HostError) {
        let how = reading ? (writing ? SHUT_RDWR : SHUT_RD) : SHUT_WR
        try SystemCall.shutdown(descriptor, how: Int32(how))
    }

    /// What the system says is there; nil at the end of the stream.
    public var readableBytes: Int? {
        if SystemCall.poll(descriptor, Int16(POLLIN)) == 0 { return 0 }
        if isListening { return 1 }
        let count = Int(martlet_readable_bytes(descriptor))
        return count <= 0 ? nil : count
    }

    /// Nothing more than the code.
    public var cause: (any Error)? { nil }

    /// Whether the system takes bytes now.
    public var isWritable: Bool { SystemCall.poll(descriptor, Int16(POLLOUT)) != 0 }

    /// Has the socket watched.
    public func wakeWhenReadable(_ token: WakeToken) {
        ReadinessMonitor.shared.watch(self, descriptor, Int16(POLLIN), token)
    }

    /// Has the socket watched.
    public func wakeWhenWritable(_ token: WakeToken) {
        ReadinessMonitor.shared.watch(self, descriptor, Int16(POLLOUT), token)
    }
}
