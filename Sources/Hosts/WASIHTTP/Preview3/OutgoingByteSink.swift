import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore
import WASI
import WasmEngine

/// Sends the streams of a guest's message: the contents, then the trailers, and tells the guest how that went.
final class OutgoingByteSink: HostByteSink {
    private let body: OutgoingBody
    private let resources: ResourceTable
    private var trailers: GuestFuture<TrailersResult>?
    private let received: HostFuture<TransmissionResult>
    private var isOver = false

    init(
        _ body: OutgoingBody, trailers: GuestFuture<TrailersResult>,
        received: HostFuture<TransmissionResult>, resources: ResourceTable
    ) {
        self.body = body
        self.trailers = trailers
        self.received = received
        self.resources = resources
    }

    /// Begins.
    func send(_ contents: GuestByteStream?) {
        if let contents { contents.read(into: self) } else { finish() }
    }

    func consume(_ bytes: RawSpan, _ link: StreamLink) -> SinkStep {
        guard let room = body.room else {
            fail(body.failure ?? .connectionTerminated)
            return .closed
        }
        guard room > 0 else {
            body.wakeWhenWritable { link.resume() }
            return .pending
        }
        let count = min(room, bytes.byteCount)
        guard count > 0 else { return .took(0) }
        do throws(HTTPErrorCode) {
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            buffer.append(bytes.extracting(first: count))
            try body.write(buffer)
            return .took(count)
        } catch {
            fail(error)
            return .closed
        }
    }

    func ended(_ reason: StreamClosure) {
        if reason == .dropped { finish() } else { fail(.httpResponseIncomplete) }
    }

    /// The contents are complete: the trailers follow.
    private func finish() {
        guard let trailers = trailers.take() else { return }
        trailers.onValue { [self] value in
            switch value {
            case .success(let own?): finish(own)
            case .success(nil): complete(nil)
            case .failure(let code): fail(code)
            case nil: fail(.httpResponseIncomplete)
            }
        }
    }

    private func finish(_ own: Own<FieldsResource>) {
        // The guest had the handle, so the fields are there.
        do throws(Trap) { complete(try resources.take(own).fields) } catch {
            fail(.internalError(error.message))
        }
    }

    private func complete(_ fields: HTTPFields?) {
        guard !isOver else { return }
        isOver = true
        do throws(HTTPErrorCode) {
            try body.finish(trailers: fields)
            received.resolve(.success(NoValue()))
        } catch {
            received.resolve(.failure(error))
        }
    }

    private func fail(_ code: HTTPErrorCode) {
        guard !isOver else { return }
        isOver = true
        trailers = nil
        body.abort(code)
        received.resolve(.failure(code))
    }
}
