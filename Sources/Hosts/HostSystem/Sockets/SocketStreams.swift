#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import CHostSystem

/// What comes in over a connection.
final class SocketInput: GuestInput {
    private let handle: SocketHandle

    init(_ handle: SocketHandle) { self.handle = handle }

    deinit {
        // The connection may be over already.
        try? SystemCall.shutdown(handle.descriptor, reading: true, writing: false)
    }

    var type: HostFileType { .socketStream }

    func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead {
        do {
            let count = try SystemCall.receive(handle.descriptor, into: &bytes, flags: 0)
            return count == 0 ? .end : .bytes(count)
        } catch {
            if error == .wouldBlock { return .wouldWait }
            throw error
        }
    }

    var readableBytes: Int? {
        guard handle.isReadable else { return 0 }
        let count = Int(martlet_readable_bytes(handle.descriptor))
        return count <= 0 ? nil : count
    }

    func wakeWhenReadable(_ token: WakeToken) { handle.wakeWhenReadable(token) }
}

/// What goes out over a connection.
final class SocketOutput: GuestOutput {
    private let handle: SocketHandle

    init(_ handle: SocketHandle) { self.handle = handle }

    deinit {
        // The connection may be over already.
        try? SystemCall.shutdown(handle.descriptor, reading: false, writing: true)
    }

    var type: HostFileType { .socketStream }

    func write(_ bytes: RawSpan) throws(HostError) -> Int {
        do { return try SystemCall.send(handle.descriptor, bytes) } catch {
            if error == .wouldBlock { return 0 }
            throw error
        }
    }

    var isWritable: Bool { handle.isWritable }

    func wakeWhenWritable(_ token: WakeToken) { handle.wakeWhenWritable(token) }
}

extension SystemCall {
    static let errorOption = Int32(MARTLET_OPTION_ERROR)

    static func shutdown(_ descriptor: Int32, reading: Bool, writing: Bool) throws(HostError) {
        let how = reading ? (writing ? SHUT_RDWR : SHUT_RD) : SHUT_WR
        try shutdown(descriptor, how: Int32(how))
    }
}
