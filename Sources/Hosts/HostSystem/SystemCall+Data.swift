import CHostSystem

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Moving bytes, waiting, and the calls on an open descriptor.
extension SystemCall {
    /// One read, at `offset` or at the descriptor's own position; 0 at the end.
    static func read(
        _ descriptor: Int32, into bytes: inout MutableRawSpan, at offset: Int64? = nil
    ) throws(HostError) -> Int {
        let count = bytes.byteCount
        return try unsafe bytes.withUnsafeMutableBytes { (buffer) throws(HostError) in
            guard let start = buffer.baseAddress else { return 0 }
            return try retrying {
                guard let offset else { return unsafe systemRead(descriptor, start, count) }
                return unsafe pread(descriptor, start, count, off_t(offset))
            }
        }
    }

    /// One read of at most `count` bytes.
    static func read(_ descriptor: Int32, count: Int, at offset: Int64? = nil) throws(HostError) -> [UInt8] {
        try unsafe [UInt8](unsafeUninitializedCapacity: count) { (buffer, done) throws(HostError) in
            var bytes = unsafe MutableRawSpan(_unsafeBytes: UnsafeMutableRawBufferPointer(buffer))
            done = try read(descriptor, into: &bytes, at: offset)
        }
    }

    /// One write.
    static func write(
        _ descriptor: Int32, _ bytes: [UInt8], at offset: Int64? = nil
    ) throws(HostError) -> Int {
        try write(descriptor, unsafe bytes.span.bytes, at: offset)
    }

    /// One read that fails with `wouldBlock` or `notSupported` where it would have to wait for a disk.
    static func readCached(
        _ descriptor: Int32, into bytes: inout MutableRawSpan, at offset: Int64? = nil
    ) throws(HostError) -> Int {
        let count = bytes.byteCount
        return try unsafe bytes.withUnsafeMutableBytes { (buffer) throws(HostError) in
            guard let start = buffer.baseAddress else { return 0 }
            return try retrying { unsafe martlet_read_nowait(descriptor, start, count, offset ?? -1) }
        }
    }

    /// One write, at `offset` or at the descriptor's own position.
    static func write(
        _ descriptor: Int32, _ bytes: RawSpan, at offset: Int64? = nil
    ) throws(HostError) -> Int {
        try unsafe bytes.withUnsafeBytes { (buffer) throws(HostError) in
            guard let start = buffer.baseAddress else { return 0 }
            return try retrying {
                guard let offset else { return unsafe systemWrite(descriptor, start, buffer.count) }
                return unsafe pwrite(descriptor, start, buffer.count, off_t(offset))
            }
        }
    }

    /// One write that fails with `wouldBlock` or `notSupported` where it would have to wait for a disk.
    static func writeCached(
        _ descriptor: Int32, _ bytes: RawSpan, at offset: Int64? = nil
    ) throws(HostError) -> Int {
        try unsafe bytes.withUnsafeBytes { (buffer) throws(HostError) in
            guard let start = buffer.baseAddress else { return 0 }
            return try retrying {
                unsafe martlet_write_nowait(descriptor, start, buffer.count, offset ?? -1)
            }
        }
    }

    #if canImport(Glibc)
        static let datagramSocket = Int32(SOCK_DGRAM.rawValue)
        static let peekFlag = Int32(MSG_PEEK)
    #else
        static let datagramSocket = SOCK_DGRAM
        static let peekFlag = Int32(MSG_PEEK)
    #endif

    static func receive(
        _ descriptor: Int32, into bytes: inout MutableRawSpan, flags: Int32
    ) throws(HostError) -> Int {
        try unsafe bytes.withUnsafeMutableBytes { (buffer) throws(HostError) in
            guard let start = buffer.baseAddress else { return 0 }
            return try retrying { unsafe recv(descriptor, start, buffer.count, flags) }
        }
    }

    /// Sends without waiting and without a signal when the peer is gone.
    static func send(_ descriptor: Int32, _ bytes: RawSpan) throws(HostError) -> Int {
        try unsafe bytes.withUnsafeBytes { (buffer) throws(HostError) in
            guard let start = buffer.baseAddress else { return 0 }
            return try retrying {
                unsafe martlet_send(descriptor, start, buffer.count)
            }
        }
    }

    static func accept(_ descriptor: Int32) throws(HostError) -> Int32 {
        try retrying { martlet_accept(descriptor) }
    }

    static func shutdown(_ descriptor: Int32, how: Int32) throws(HostError) {
        _ = try retrying { systemShutdown(descriptor, how) }
    }

    /// Whether the socket listens, and its type; `notSocket` for anything else.
    static func socketOption(_ descriptor: Int32, _ option: Int32) throws(HostError) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        _ = try retrying { unsafe getsockopt(descriptor, SOL_SOCKET, option, &value, &length) }
        return value
    }

    static func readDirectory(_ descriptor: Int32, _ bytes: inout [UInt8]) throws(HostError) -> Int {
        let count = bytes.count
        return try retrying { unsafe martlet_read_directory(descriptor, &bytes, count) }
    }

    /// Fills `bytes` from the kernel's generator.
    static func random(_ bytes: inout MutableRawSpan) throws(HostError) {
        try unsafe bytes.withUnsafeMutableBytes { (buffer) throws(HostError) in
            guard let start = buffer.baseAddress else { return }
            if unsafe martlet_random(start, buffer.count) != 0 { throw .last }
        }
    }

    static func time(of clock: clockid_t) throws(HostError) -> UInt64 {
        var time = timespec()
        if unsafe clock_gettime(clock, &time) != 0 { throw .last }
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }

    static func resolution(of clock: clockid_t) throws(HostError) -> UInt64 {
        var time = timespec()
        if unsafe clock_getres(clock, &time) != 0 { throw .last }
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }

    /// What of `events` is true of each descriptor, after at most `milliseconds` (-1: no end).
    static func poll(_ descriptors: inout [pollfd], milliseconds: Int32) -> Int32 {
        let count = nfds_t(descriptors.count)
        return unsafe descriptors.withUnsafeMutableBufferPointer {
            unsafe systemPoll($0.baseAddress, count, milliseconds)
        }
    }

    /// What of `events` is true of one descriptor now.
    static func poll(_ descriptor: Int32, _ events: Int16) -> Int16 {
        var one = pollfd(fd: descriptor, events: events, revents: 0)
        return unsafe systemPoll(&one, 1, 0) > 0 ? one.revents : 0
    }

    static func pipe() throws(HostError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        if unsafe martlet_pipe(&ends) != 0 { throw .last }
        return (ends[0], ends[1])
    }

    /// Wakes the reader of a pipe; a full pipe has been written to already.
    static func poke(_ writing: Int32) {
        // A full pipe has been poked already.
        _ = try? write(writing, [0])
    }

    /// Empties a pipe.
    static func drain(_ reading: Int32) {
        // Empty, or closed: nothing more to take.
        while let bytes = try? read(reading, count: 64), bytes.count == 64 {}
    }

    /// The text's bytes without a copy of the string, whose reference counts would cost more than the bytes.
    @inline(__always)
    private static func withUTF8<Value>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Value)
        -> Value
    {
        if let value = unsafe text.utf8.withContiguousStorageIfAvailable(body) { return value }
        var copy = text
        return copy.withUTF8(body)
    }

    /// Appends the text and a zero byte; answers false instead where a zero byte is in it.
    static func append(_ text: String, to bytes: inout [UInt8]) -> Bool {
        unsafe withUTF8(of: text) { utf8 in
            if let start = utf8.baseAddress, unsafe memchr(start, 0, utf8.count) != nil { return false }
            unsafe bytes.append(contentsOf: utf8)
            bytes.append(0)
            return true
        }
    }

    /// Appends `name=value` and a zero byte, in one piece; answers false instead where a zero byte is in it, the name is
    /// empty or has a `=`.
    static func append(name: String, value: String, to bytes: inout [UInt8]) -> Bool {
        unsafe withUTF8(of: name) { name in
            unsafe withUTF8(of: value) { value in
                guard name.count > 0, let start = name.baseAddress,
                    unsafe memchr(start, 61, name.count) == nil
                else { return false }
                let count = name.count + value.count + 2
                return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { whole in
                    guard let place = whole.baseAddress else { return false }
                    unsafe memcpy(place, start, name.count)
                    unsafe place[name.count] = 61
                    if let text = value.baseAddress {
                        unsafe memcpy(place + name.count + 1, text, value.count)
                    }
                    if unsafe memchr(place, 0, count - 1) != nil { return false }
                    unsafe place[count - 1] = 0
                    unsafe bytes.append(contentsOf: whole)
                    return true
                }
            }
        }
    }

    /// A path from guest memory: UTF-8 without a zero byte.
    package static func text(_ bytes: RawSpan) throws(HostError) -> String {
        try unsafe bytes.withUnsafeBytes { (buffer) throws(HostError) in
            if unsafe buffer.contains(0) { throw .invalid }
            guard let text = unsafe String(validating: buffer, as: UTF8.self) else {
                throw .illegalByteSequence
            }
            return text
        }
    }
}

// The C functions that share a name with one of the calls above.
@unsafe private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    unsafe read(descriptor, bytes, count)
}
@unsafe private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}
private func systemShutdown(_ descriptor: Int32, _ how: Int32) -> Int32 {
    shutdown(descriptor, how)
}
@unsafe private func systemPoll(_ descriptors: UnsafeMutablePointer<pollfd>?, _ count: nfds_t, _ wait: Int32)
    -> Int32
{
    unsafe poll(descriptors, count, wait)
}
