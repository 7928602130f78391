import HTTPServer
import NIOCore
import NIOHTTP1
import WASIHTTP

/// A request of a guest to its own application: what the guest knows of a ``LocalRequest``.
final class LocalExchange: OutboundExchange {
    private let request: LocalRequest
    private let timeouts: RequestTimeouts
    private let onEnd: () -> Void
    private var timer: Scheduled<Void>?
    private var failure: HTTPErrorCode?
    private(set) var response: Result<ResponseHead, HTTPErrorCode>?

    init(_ request: LocalRequest, timeouts: RequestTimeouts, onEnd: @escaping () -> Void) {
        self.request = request
        self.timeouts = timeouts
        self.onEnd = onEnd
        request.onResponse = { [weak self] in self?.responded() }
        request.onReadable = { [weak self] in self?.becameReadable() }
        request.onWritable = { [weak self] in self?.becameWritable() }
        startTimer(timeouts.firstByte)
    }

    deinit {
        timer?.cancel()
        request.cancel()
        onEnd()
        onRelease?()
    }

    var onRelease: (() -> Void)?

    func cancel() { fail(.connectionTerminated) }

    private func fail(_ code: HTTPErrorCode) {
        guard failure == nil else { return }
        failure = code
        timer?.cancel()
        request.cancel()
        if response == nil { complete(.failure(code)) }
        becameReadable()
        becameWritable()
    }

    // MARK: - Time

    /// A connection is there at once, so this is about the two other times only.
    private func startTimer(_ time: UInt64?) {
        timer?.cancel()
        guard let time else { return }
        let amount = TimeAmount.nanoseconds(Int64(clamping: time))
        timer = request.eventLoop.assumeIsolated().scheduleTask(in: amount) { [weak self] in
            self?.fail(.connectionReadTimeout)
        }
    }

    // MARK: - The response

    var onResponse: (() -> Void)?

    private func responded() {
        timer?.cancel()
        guard let (status, headers) = request.response,
            let head = ResponseHead(received: Int(status.code), HTTPFields(received: headers))
        else { return complete(.failure(.httpResponseIncomplete)) }
        complete(.success(head))
    }

    private func complete(_ result: Result<ResponseHead, HTTPErrorCode>) {
        response = result
        let onResponse = self.onResponse
        self.onResponse = nil
        onResponse?()
    }

    var onReadable: (() -> Void)?

    private func becameReadable() {
        timer?.cancel()
        onReadable?()
    }

    func readBody(upTo limit: Int) -> BodyPiece {
        if let failure { return .failed(failure) }
        switch request.readBody(upTo: limit) {
        case .bytes(let bytes): return .bytes(bytes)
        case .end(let trailers): return .end(trailers: trailers.map { HTTPFields(received: $0) })
        case .pending:
            startTimer(timeouts.betweenBytes)
            return .pending
        case .failed: return .failed(.httpResponseIncomplete)
        }
    }

    // MARK: - The request's body

    var onWritable: (() -> Void)?

    private func becameWritable() { onWritable?() }

    var isBodyClosed: Bool { request.isEnded }
    func writeBody(_ bytes: ByteBuffer) -> Bool { request.write(bytes) }
    func finishBody(trailers: HTTPFields?) { request.finish(trailers: trailers?.headers) }
    func abortBody(_ reason: HTTPErrorCode) { fail(reason) }
}
