import HostSystem
import WasmEngine

/// The guest's memory as preview 1 sees it: an address outside is `EFAULT`, not a trap.
struct Preview1Memory {
    let memory: GuestMemory

    @inline(__always)
    func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self, at address: UInt32
    ) throws(HostFailure) -> Value {
        do { return try memory.load(type, at: address) } catch { throw .code(.badAddress) }
    }

    @inline(__always)
    func store<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, at address: UInt32
    ) throws(HostFailure) {
        do { try memory.store(value, at: address) } catch { throw .code(.badAddress) }
    }

    /// Fails unless all of the range lies in the memory.
    func require(at address: UInt32, count: UInt32) throws(HostFailure) {
        guard UInt64(address) + UInt64(count) <= UInt64(memory.byteCount) else { throw .code(.badAddress) }
    }

    func copy(_ bytes: [UInt8], to address: UInt32) throws(HostFailure) {
        do { try memory.copy(bytes, to: address) } catch { throw .code(.badAddress) }
    }

    func bytes(at address: UInt32, count: UInt32) throws(HostFailure) -> [UInt8] {
        do { return try memory.bytes(at: address, count: count) } catch { throw .code(.badAddress) }
    }

    /// Lends bytes for one step of reading them.
    @inline(__always)
    func reading<Value>(
        _ range: Preview1Range, _ step: (RawSpan) throws(HostError) -> Value
    ) throws(HostFailure) -> Value {
        let result: Result<Value, HostError>
        do {
            result = try memory.withBytes(at: range.address, count: range.count) { span in
                Result { () throws(HostError) in try step(span) }
            }
        } catch { throw .code(.badAddress) }
        return try told { () throws(HostError) in try result.get() }
    }

    /// Lends bytes for one step of writing them.
    @inline(__always)
    func writing<Value>(
        _ range: Preview1Range, _ step: (inout MutableRawSpan) throws(HostError) -> Value
    ) throws(HostFailure) -> Value {
        let result: Result<Value, HostError>
        do {
            result = try memory.withMutableBytes(at: range.address, count: range.count) { span in
                Result { () throws(HostError) in try step(&span) }
            }
        } catch { throw .code(.badAddress) }
        return try told { () throws(HostError) in try result.get() }
    }

    /// A path, which must be UTF-8.
    func path(at address: UInt32, count: UInt32, _ limits: HostSystemLimits) throws(HostFailure) -> String {
        if count > limits.pathBytes { throw .code(.nameTooLong) }
        let text: String?
        do { text = try memory.text(at: address, count: count) } catch { throw .code(.badAddress) }
        guard let text else { throw .code(.illegalByteSequence) }
        return text
    }

    /// Writes a `filestat`.
    func store(_ status: HostFileStatus, at address: UInt32) throws(HostFailure) {
        try require(at: address, count: 64)
        try store(status.device, at: address)
        try store(status.inode, at: address + 8)
        try store(UInt64(status.type.rawValue), at: address + 16)
        try store(status.links, at: address + 24)
        try store(status.size, at: address + 32)
        try store(status.accessed, at: address + 40)
        try store(status.modified, at: address + 48)
        try store(status.changed, at: address + 56)
    }
}

/// A range of the guest's memory.
struct Preview1Range {
    var address: UInt32
    var count: UInt32

    /// The rest behind the first `count` bytes.
    func dropping(_ count: Int) -> Preview1Range {
        Preview1Range(address: address &+ UInt32(count), count: self.count - UInt32(count))
    }

    func prefix(_ count: Int) -> Preview1Range {
        Preview1Range(address: address, count: UInt32(min(Int(self.count), count)))
    }
}

/// The `iovec` or `ciovec` array of a call, checked: all of it lies in the memory, and no more bytes than a length can say.
struct Preview1Vectors {
    let memory: Preview1Memory
    private let address: UInt32
    let count: UInt32
    /// Bytes of all vectors.
    let byteCount: UInt32

    init(
        _ memory: Preview1Memory, at address: UInt32, count: UInt32, _ limits: HostSystemLimits
    ) throws(HostFailure) {
        guard count <= limits.vectors, address <= .max - count * 8 else { throw .code(.invalid) }
        self.memory = memory
        self.address = address
        self.count = count
        let memoryBytes = UInt64(memory.memory.byteCount)
        var total: UInt64 = 0
        for index in 0..<count {
            let base: UInt32 = try memory.load(at: address + index * 8)
            let length: UInt32 = try memory.load(at: address + index * 8 + 4)
            if UInt64(base) + UInt64(length) > memoryBytes { throw .code(.badAddress) }
            total += UInt64(length)
        }
        guard total <= UInt64(Int32.max) else { throw .code(.invalid) }
        byteCount = UInt32(total)
    }

    subscript(index: UInt32) -> Preview1Range {
        get throws(HostFailure) {
            Preview1Range(
                address: try memory.load(at: address + index * 8),
                count: try memory.load(at: address + index * 8 + 4))
        }
    }
}
