import NIOCore
import NIOHTTP1
import Synchronization

/// A connection as its event loop's clock and the drain see it. All calls are on the loop.
protocol TrackedConnection: AnyObject {
    /// Its place in `LoopState.connections`.
    var slot: Int { get set }
    /// Checks deadlines.
    func tick(now: NIODeadline)
    /// No more requests than those already on their way.
    func drain(now: NIODeadline)
    /// The end, now.
    func cut(_ reason: HTTPCancellation)
}

/// What connections of one event loop share: the coarse clock, the date, request ids, counters, the log's
/// batch.
///
/// One repeated task per loop checks all connections' deadlines. A scheduled task per request would cost more
/// than parsing it; ten thousand checks a tick cost well under a millisecond.
///
/// Sendable although it has state: all of it but the counters is touched on `loop` only.
final class LoopState: @unchecked Sendable {
    let loop: any EventLoop
    /// The server's, for the requests of this loop.
    let admission: AdmissionQueue?
    /// An empty buffer whose storage is the loop's own: that of `ByteBuffer()` is counted by all threads.
    let noBytes = ByteBufferAllocator().buffer(capacity: 1)
    private let log: (any AccessLog)?
    private var connections: [any TrackedConnection] = []
    private var ticker: RepeatedTask?
    private var interval = TimeAmount.zero
    private var lastTick = NIODeadline.uptimeNanoseconds(0)
    private var hasWaived = false
    private var records: [AccessRecord] = []
    private var unflushed: [HTTP1Connection] = []
    // Kept for its memory.
    private var flushed: [HTTP1Connection] = []
    private var firstUnflushed = NIODeadline.uptimeNanoseconds(0)
    private var requestIDs = RequestID()
    private var dateSecond: Int64 = -1
    /// The value of the `date` field.
    private(set) var date = ""
    /// The `date` field of HTTP/1.1, line end included.
    private(set) var dateField = ""

    // Written by this loop only, read by anybody.
    let requests = Atomic<Int>(0)
    let inFlight = Atomic<Int>(0)
    let rejected = Atomic<Int>(0)

    init(loop: any EventLoop, log: (any AccessLog)?, admission: AdmissionQueue? = nil) {
        self.loop = loop
        self.admission = admission?.forOneLoop()
        self.log = log
    }

    // MARK: Clock

    func start(tick: TimeAmount) {
        updateDate()
        interval = tick
        lastTick = .now()
        ticker = loop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { [weak self] _ in
            self?.tick()
        }
    }

    func stop() {
        ticker?.cancel()
        ticker = nil
        flushLog()
    }

    private func tick() {
        updateDate()
        let now = NIODeadline.now()
        // A loop that stood still has not read what came meanwhile, and runs this before it does: it is late, and not its
        // clients. They are judged at the next tick, whatever happens until then.
        hasWaived = !hasWaived && now - lastTick > interval * 2
        lastTick = now
        if !hasWaived { forEachConnection { $0.tick(now: now) } }
        flushLog()
    }

    private func updateDate() {
        let second = WallClock.now() / 1_000_000_000
        guard second != dateSecond else { return }
        dateSecond = second
        date = WallClock.httpDate(secondsSince1970: second)
        dateField = "date: \(date)\r\n"
    }

    // MARK: Connections

    func add(_ connection: some TrackedConnection) {
        connection.slot = connections.count
        connections.append(connection)
    }

    func remove(_ connection: some TrackedConnection) {
        let slot = connection.slot
        guard slot >= 0 else { return }
        connection.slot = -1
        let last = connections.removeLast()
        if slot < connections.count {
            connections[slot] = last
            last.slot = slot
        }
    }

    /// From the end, because a connection may leave during its turn and the last one takes its place.
    func forEachConnection(_ body: (any TrackedConnection) -> Void) {
        var index = connections.count - 1
        while index >= 0 {
            if index < connections.count { body(connections[index]) }
            index -= 1
        }
    }

    // MARK: Output

    // How long the first of several finished responses waits for the others of the loop's turn.
    private static let flushDelayMax = TimeAmount.microseconds(250)

    /// Has `connection` flushed at the end of the loop's turn.
    ///
    /// Every write wakes a client. Written one by one between two requests, responses cost a switch of threads each; at
    /// the end of the turn, they cost one for all. A turn that takes long does not keep them.
    func flushAtEndOfTurn(_ connection: HTTP1Connection) {
        // Not this one: it may be at its end, and must not be closed, as a flush can, before it was told.
        if !unflushed.isEmpty, NIODeadline.now() - firstUnflushed > Self.flushDelayMax { flushAll() }
        if unflushed.isEmpty {
            firstUnflushed = .now()
            loop.assumeIsolated().execute { self.flushAll() }
        }
        unflushed.append(connection)
    }

    private func flushAll() {
        // Taken out first: a flush may end a request, begin another one, and come back here.
        var batch = unflushed
        unflushed = flushed
        flushed = []
        for connection in batch { connection.flush() }
        batch.removeAll(keepingCapacity: true)
        flushed = batch
    }

    // MARK: Requests

    /// The client's id where it may be used, else a new one.
    func requestID(from received: String?) -> String {
        if let received, RequestID.isValid(received) { return received }
        return requestIDs.next()
    }

    func requestStarted() {
        requests.store(requests.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        inFlight.store(inFlight.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    func requestEnded(_ exchange: HTTPExchange, cancellation: HTTPCancellation?) {
        inFlight.store(inFlight.load(ordering: .relaxed) &- 1, ordering: .relaxed)
        note(exchange, cancellation: cancellation)
    }

    /// Puts a finished request into the log's batch.
    func note(_ exchange: HTTPExchange, cancellation: HTTPCancellation?) {
        guard log != nil else { return }
        let duration = NIODeadline.now() - exchange.arrival
        records.append(
            AccessRecord(
                requestID: exchange.requestID, time: Int64(exchange.arrival.uptimeNanoseconds),
                method: exchange.head.method,
                target: exchange.head.target, version: exchange.head.version,
                status: exchange.status.map { Int($0.code) }, bytesIn: exchange.bytesIn,
                bytesOut: exchange.bytesOut, duration: duration,
                remoteAddress: exchange.depth == 0 ? exchange.remoteAddress : nil,
                cancellation: cancellation, depth: exchange.depth))
        if records.count >= 1024 { flushLog() }
    }

    func requestRejected() {
        rejected.store(rejected.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    private func flushLog() {
        guard let log, !records.isEmpty else { return }
        // Until here `time` is the monotonic clock's; one reading of both clocks serves the batch.
        let offset = WallClock.now() - Int64(NIODeadline.now().uptimeNanoseconds)
        for index in records.indices { records[index].time += offset }
        log.record(records)
        records.removeAll(keepingCapacity: true)
    }
}
