public import ComponentModel
import ComponentRuntime
public import HostSystem
public import NIOCore
import WasmEngine

/// `wasi:io/streams`' `output-stream`, over any output of the host.
///
/// It takes a bounded number of bytes at a time. What the output does not take at once is kept and written in the
/// background, whether or not the guest comes back. An output that takes all of a write whenever it is writable never
/// leaves anything here.
public final class OutputStream: HostResource {
    /// `output-stream`.
    public static let resourceType = RuntimeResourceType.host()

    private let output: any GuestOutput
    private let eventLoop: any EventLoop
    // Nothing where it would be empty: all empty buffers share a storage, which all threads would count references to.
    private var pending: ByteBuffer?
    private var isFlushing = false
    private var isDraining = false
    private var isClosed = false
    /// What went wrong in the background, until the guest is told.
    private var failure: StreamFailure?
    private var waiting: WakeToken?

    private let system: GuestSystem?

    /// A stream into `output`, used on `eventLoop`. `system` is told when bytes are left that the guest does not wait for.
    public init(_ output: any GuestOutput, on eventLoop: any EventLoop, of system: GuestSystem? = nil) {
        self.output = output
        self.system = system
        self.eventLoop = eventLoop
    }

    // MARK: - What a guest may do

    /// How many bytes the next write may have; 0 where the guest has to wait.
    func checkWrite() throws(StreamFailure) -> UInt64 {
        try check()
        try drain()
        if isFlushing { isFlushing = try !isFlushed() }
        if isFlushing { return 0 }
        if pending == nil, try !isWritable() { return 0 }
        return UInt64(StreamLimits.writeBytes - pendingBytes)
    }

    /// Takes bytes, no more than permitted.
    func write(_ bytes: RawSpan) throws(StreamFailure) {
        try check()
        guard bytes.byteCount <= StreamLimits.writeBytes - pendingBytes else {
            throw .trap(Trap.host("a guest writes more to a stream than check-write permitted"))
        }
        guard !isFlushing else {
            throw .trap(Trap.host("a guest writes to a stream while a flush is under way"))
        }
        try keep(bytes, from: pending != nil ? 0 : try send(bytes))
    }

    private var pendingBytes: Int { pending?.readableBytes ?? 0 }

    /// Begins to write out what was taken. Until that is done nothing is permitted.
    func flush() throws(StreamFailure) {
        try check()
        try drain()
        isFlushing = try !isFlushed()
    }

    /// Takes all bytes, and waits until they are written out.
    func blockingWrite(_ bytes: RawSpan, for guest: Fiber) throws(StreamFailure) {
        try waitUntilPermitted(guest)
        try write(bytes)
        try blockingFlush(guest)
    }

    func blockingFlush(_ guest: Fiber) throws(StreamFailure) {
        try flush()
        while isFlushing {
            try wait(guest)
            _ = try checkWrite()
        }
    }

    /// The permit, after waiting until there is one.
    @discardableResult
    func waitUntilPermitted(_ guest: Fiber) throws(StreamFailure) -> UInt64 {
        while true {
            let permit = try checkWrite()
            if permit > 0 { return permit }
            try wait(guest)
        }
    }

    /// Whether it still takes bytes.
    func isOpen() throws(StreamFailure) -> Bool {
        try check()
        return true
    }

    /// What was taken from the guest and has not been written, if there is something; the caller sees to it from now on.
    public func takeRest() -> ByteBuffer? { pending.take() }

    // MARK: - Waiting

    var isReady: Bool {
        // An error is told by the call that follows.
        guard let permit = try? checkPermit() else { return true }
        return permit
    }

    /// As `checkWrite`, but an error stays for the guest.
    private func checkPermit() throws(StreamFailure) -> Bool {
        if failure != nil || isClosed { return true }
        do { return try checkWrite() > 0 } catch {
            failure = error
            throw error
        }
    }

    func wakeWhenReady(_ token: WakeToken) {
        if failure != nil || isClosed { return token.wake() }
        if isDraining { waiting = token } else { output.wakeWhenWritable(token) }
    }

    private func wait(_ guest: Fiber) throws(StreamFailure) {
        do { try guest.suspend { wakeWhenReady($0) } } catch { throw .trap(Preview2.trap(error)) }
    }

    // MARK: - The output

    private func check() throws(StreamFailure) {
        if let failure {
            self.failure = nil
            isClosed = true
            throw failure
        }
        if isClosed { throw .closed }
    }

    /// Writes what the output takes now.
    private func send(_ bytes: RawSpan) throws(StreamFailure) -> Int {
        var done = 0
        while done < bytes.byteCount {
            let count = try attempt { () throws(HostError) in
                try output.write(bytes.extracting(droppingFirst: done))
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    private func isWritable() throws(StreamFailure) -> Bool {
        try attempt { () throws(HostError) in try output.isWritable }
    }

    private func isFlushed() throws(StreamFailure) -> Bool {
        guard pending == nil else { return false }
        return try attempt { () throws(HostError) in try output.isFlushed }
    }

    private func attempt<Value>(_ body: () throws(HostError) -> Value) throws(StreamFailure) -> Value {
        do { return try body() } catch {
            isClosed = true
            pending = nil
            throw StreamFailure(error, cause: output.cause)
        }
    }

    private func keep(_ bytes: RawSpan, from start: Int) throws(StreamFailure) {
        guard start < bytes.byteCount else { return }
        var kept = pending.take() ?? ByteBuffer()
        kept.append(bytes.extracting(droppingFirst: start))
        pending = kept
        drainLater()
    }

    private func drain() throws(StreamFailure) {
        guard var bytes = pending else { return }
        let count = try send(bytes.readableBytesSpan)
        bytes.moveReaderIndex(forwardBy: count)
        pending = bytes.readableBytes > 0 ? bytes : nil
    }

    /// Goes on writing when the output is ready, for as long as something is left. Keeps the stream for that time.
    private func drainLater() {
        guard !isDraining else { return }
        isDraining = true
        system?.beginDrain()
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let token = WakeToken()
        token.arm { [eventLoop] in eventLoop.execute { bound.value.drainNow() } }
        output.wakeWhenWritable(token)
    }

    private func drainNow() {
        isDraining = false
        do { try drain() } catch { failure = error }
        if pending != nil { drainLater() }
        system?.endDrain()
        waiting.take()?.wake()
    }
}
