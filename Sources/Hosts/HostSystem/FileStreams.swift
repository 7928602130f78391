public import NIOCore
import NIOPosix

/// A file as input that goes on from an offset of its own. What needs a disk is read off the loop, into a buffer.
public final class FileInput: GuestBufferInput {
    private let file: HostFile
    private let plan: HostSystemPlan
    private let eventLoop: any EventLoop
    private var offset: UInt64
    private var ahead = ByteBuffer()
    private var isAtEnd = false
    private var failure: HostError?
    private var isReading = false
    private var token: WakeToken?

    /// Input from `offset` on; `file` may be read.
    public init(_ file: HostFile, from offset: UInt64, plan: HostSystemPlan, on eventLoop: any EventLoop) {
        self.file = file
        self.plan = plan
        self.eventLoop = eventLoop
        self.offset = offset
    }

    /// A regular file.
    public var type: HostFileType { file.type }

    /// Reads what is there.
    public func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead {
        try fill(bytes.byteCount)
        let count = min(bytes.byteCount, ahead.readableBytes)
        if count == 0 { return isAtEnd ? .end : .wouldWait }
        ahead.moveBytes(count, into: &bytes)
        return .bytes(count)
    }

    /// Takes what is there.
    public func take(_ count: Int) throws(HostError) -> GuestTake {
        try fill(count)
        guard let bytes = ahead.readSlice(length: min(count, ahead.readableBytes)), bytes.readableBytes > 0
        else { return isAtEnd ? .end : .wouldWait }
        return .bytes(bytes)
    }

    /// Bytes read ahead; a question begins to read.
    public var readableBytes: Int? {
        get throws(HostError) {
            try fill(Self.aheadBytes)
            return ahead.readableBytes == 0 && isAtEnd ? nil : ahead.readableBytes
        }
    }

    // What a question about readiness reads.
    private static let aheadBytes = 64 << 10

    /// Wakes once the disk has answered.
    public func wakeWhenReadable(_ token: WakeToken) {
        if isReading { self.token = token } else { token.wake() }
    }

    /// Sees to it that there are bytes, the end, or a read under way.
    private func fill(_ count: Int) throws(HostError) {
        if let failure {
            self.failure = nil
            isAtEnd = true
            throw failure
        }
        guard ahead.readableBytes == 0, !isAtEnd, !isReading else { return }
        guard let place = Int64(exactly: offset) else { return isAtEnd = true }
        let count = min(count, plan.limits.transferBytes)
        guard case .offload(let pool) = plan.files else {
            return keep(try file.read(count: count, at: place))
        }
        var bytes = [UInt8](repeating: 0, count: count)
        let (file, loop) = (file, eventLoop)
        let cached = try bytes.withMutableRawSpan { (span) throws(HostError) in
            try file.readCached(into: &span, at: place)
        }
        if let done = cached {
            return keep(Array(bytes[..<done]))
        }
        isReading = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        pool.submit { _ in
            let result = Result { () throws(HostError) in try file.read(count: count, at: place) }
            loop.execute { bound.value.finish(result) }
        }
    }

    private func keep(_ bytes: [UInt8]) {
        if bytes.isEmpty { isAtEnd = true }
        offset += UInt64(bytes.count)
        ahead = ByteBuffer(bytes: bytes)
    }

    private func finish(_ result: Result<[UInt8], HostError>) {
        isReading = false
        switch result {
        case .success(let bytes): keep(bytes)
        case .failure(let error): failure = error
        }
        token.take()?.wake()
    }
}

/// A file as output that goes on from an offset of its own, or always at the file's end. What needs a disk is written
/// off the loop, one piece at a time.
public final class FileOutput: GuestOutput {
    private let file: HostFile
    private let plan: HostSystemPlan
    private let eventLoop: any EventLoop
    private var offset: UInt64?
    private var failure: HostError?
    private var isWriting = false
    private var token: WakeToken?

    /// Output from `offset` on, or at the end for nil; `file` may be written.
    public init(_ file: HostFile, from offset: UInt64?, plan: HostSystemPlan, on eventLoop: any EventLoop) {
        self.file = file
        self.plan = plan
        self.eventLoop = eventLoop
        self.offset = offset
    }

    /// A regular file.
    public var type: HostFileType { file.type }

    /// Whether nothing is on its way to the disk.
    public var isWritable: Bool {
        get throws(HostError) {
            try throwFailure()
            return !isWriting
        }
    }

    /// Whether nothing is on its way to the disk.
    public var isFlushed: Bool { get throws(HostError) { try isWritable } }

    /// Writes what goes at once, or takes a piece and writes it off the loop.
    public func write(_ bytes: RawSpan) throws(HostError) -> Int {
        guard try isWritable else { return 0 }
        let place: Int64
        if let offset {
            guard let exact = Int64(exactly: offset) else { throw .fileTooLarge }
            place = exact
        } else {
            place = Int64(clamping: try file.status().size)
        }
        guard case .offload(let pool) = plan.files else {
            return advance(try file.write(bytes, at: place))
        }
        if let count = try file.writeCached(bytes, at: place) { return advance(count) }
        let piece = bytes.extracting(first: min(bytes.byteCount, plan.limits.transferBytes)).copied()
        isWriting = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let (file, loop) = (file, eventLoop)
        pool.submit { _ in
            let result = Result { () throws(HostError) in try Self.writeAll(piece, to: file, at: place) }
            loop.execute { bound.value.finish(result) }
        }
        return advance(piece.count)
    }

    private static func writeAll(_ piece: [UInt8], to file: HostFile, at place: Int64) throws(HostError) {
        var done = 0
        while done < piece.count {
            let count = try file.write(Array(piece[done...]), at: place + Int64(done))
            if count == 0 { throw .inputOutput }
            done += count
        }
    }

    /// Wakes once the disk has answered.
    public func wakeWhenWritable(_ token: WakeToken) {
        if isWriting { self.token = token } else { token.wake() }
    }

    private func advance(_ count: Int) -> Int {
        if let offset { self.offset = offset + UInt64(count) }
        return count
    }

    private func finish(_ result: Result<Void, HostError>) {
        isWriting = false
        if case .failure(let error) = result { failure = error }
        token.take()?.wake()
    }

    private func throwFailure() throws(HostError) {
        guard let failure else { return }
        self.failure = nil
        throw failure
    }
}
