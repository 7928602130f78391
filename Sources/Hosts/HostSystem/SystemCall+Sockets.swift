import AppModel
import CHostSystem

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The door to the system, for sockets that guests make.
extension SystemCall {
    static func socket(isVersion6: Bool, isDatagram: Bool) throws(HostError) -> Int32 {
        try retrying { martlet_socket(isVersion6 ? 1 : 0, isDatagram ? 1 : 0) }
    }

    static func bind(_ descriptor: Int32, _ address: SocketAddress) throws(HostError) {
        let form = address.systemForm
        _ = try retrying { unsafe withUnsafePointer(to: form) { unsafe martlet_bind(descriptor, $0) } }
    }

    /// Fails with `inProgress` where the answer comes later.
    static func connect(_ descriptor: Int32, _ address: SocketAddress) throws(HostError) {
        let form = address.systemForm
        _ = try retrying { unsafe withUnsafePointer(to: form) { unsafe martlet_connect(descriptor, $0) } }
    }

    static func disconnect(_ descriptor: Int32) throws(HostError) {
        _ = try retrying { martlet_connect(descriptor, nil) }
    }

    static func listen(_ descriptor: Int32, backlog: Int32) throws(HostError) {
        #if canImport(Glibc)
            _ = try retrying { Glibc.listen(descriptor, backlog) }
        #else
            _ = try retrying { Darwin.listen(descriptor, backlog) }
        #endif
    }

    static func localAddress(_ descriptor: Int32) throws(HostError) -> SocketAddress {
        var form = martlet_address()
        _ = try retrying { unsafe martlet_local_address(descriptor, &form) }
        return SocketAddress(form)
    }

    static func remoteAddress(_ descriptor: Int32) throws(HostError) -> SocketAddress {
        var form = martlet_address()
        _ = try retrying { unsafe martlet_remote_address(descriptor, &form) }
        return SocketAddress(form)
    }

    static func receive(
        from descriptor: Int32, into bytes: inout MutableRawSpan
    ) throws(HostError) -> (count: Int, from: SocketAddress) {
        var form = martlet_address()
        let count = try unsafe bytes.withUnsafeMutableBytes { (buffer) throws(HostError) in
            try retrying { unsafe martlet_receive_from(descriptor, buffer.baseAddress, buffer.count, &form) }
        }
        return (count, SocketAddress(form))
    }

    static func send(
        _ descriptor: Int32, _ bytes: RawSpan, to address: SocketAddress?
    ) throws(HostError) {
        let form = address?.systemForm
        _ = try unsafe bytes.withUnsafeBytes { (buffer) throws(HostError) in
            try retrying {
                guard let form else {
                    return unsafe martlet_send_to(descriptor, buffer.baseAddress, buffer.count, nil)
                }
                return unsafe withUnsafePointer(to: form) {
                    unsafe martlet_send_to(descriptor, buffer.baseAddress, buffer.count, $0)
                }
            }
        }
    }

    static func option(_ descriptor: Int32, _ option: Int32) throws(HostError) -> Int32 {
        var value: Int32 = 0
        _ = try retrying { unsafe martlet_get_option(descriptor, option, &value) }
        return value
    }

    static func setOption(_ descriptor: Int32, _ option: Int32, _ value: Int32) throws(HostError) {
        _ = try retrying { martlet_set_option(descriptor, option, value) }
    }
}

extension SocketAddress {
    var systemForm: martlet_address {
        var form = martlet_address()
        form.is_version6 = address.isVersion6 ? 1 : 0
        let bytes = address.bytes
        unsafe withUnsafeMutableBytes(of: &form.bytes) { unsafe $0.copyBytes(from: bytes) }
        form.port = port
        form.flow = flow
        form.scope = scope
        return form
    }

    init(_ form: martlet_address) {
        let count = form.is_version6 != 0 ? 16 : 4
        let bytes = unsafe withUnsafeBytes(of: form.bytes) { unsafe Array($0.prefix(count)) }
        // 4 or 16 bytes always make an address.
        address = IPAddress(bytes: bytes) ?? .v4(0)
        port = form.port
        flow = form.flow
        scope = form.scope
    }
}
