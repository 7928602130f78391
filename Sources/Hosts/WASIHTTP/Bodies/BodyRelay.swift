/// Sends a body that came from the network on as it comes, without a guest in between.
final class BodyRelay {
    private let source: IncomingBody
    private let target: OutgoingBody

    // What is on its way at once.
    private static let pieceBytes = 64 << 10

    init(from source: IncomingBody, to target: OutgoingBody) {
        self.source = source
        self.target = target
    }

    func run() {
        target.wakeWhenClosed(nil)
        while true {
            guard let room = target.room else { return target.abort(.connectionTerminated) }
            guard room > 0 else { return target.wakeWhenWritable { [self] in run() } }
            switch source.read(upTo: min(room, Self.pieceBytes)) {
            case .bytes(let bytes):
                do throws(HTTPErrorCode) { try target.write(bytes) } catch { return target.abort(error) }
            case .pending:
                // Before the other one, which may be over at once.
                target.wakeWhenClosed { [self] in stop() }
                return source.wakeWhenReadable { [self] in run() }
            case .end(let trailers):
                // A body of the wrong length was given up by this.
                return (try? target.finish(trailers: trailers)) ?? ()
            case .failed(let code): return target.abort(code)
            }
        }
    }

    /// Nobody takes the body any more: its source is let go of, however long it has nothing to say.
    private func stop() {
        source.stopWaiting()
        target.abort(.connectionTerminated)
    }
}
