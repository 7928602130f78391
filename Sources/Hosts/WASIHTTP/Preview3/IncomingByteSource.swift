import ComponentModel
import ComponentRuntime
import NIOCore
import WASI
import WasmEngine

/// A body from the network as a stream that a guest reads, and the trailers that follow it.
final class IncomingByteSource: HostByteSource {
    private let body: IncomingBody
    private let resources: ResourceTable
    private var isClosed = false
    private var areTrailersDropped = false
    /// Resolved when the body has ended.
    let trailers = HostFuture<TrailersResult>()

    init(_ body: IncomingBody, resources: ResourceTable) {
        self.body = body
        self.resources = resources
        trailers.onDrop = { [weak self] _ in self?.trailersDropped() }
    }

    func produce(into target: inout MutableRawSpan, _ link: StreamLink) -> SourceStep {
        guard target.byteCount > 0 else {
            guard body.isReadable else { return pending(link) }
            return .wrote(0)
        }
        switch body.read(upTo: target.byteCount) {
        case .bytes(var bytes): return .wrote(bytes.readBytes(into: &target))
        case .pending: return pending(link)
        case .end, .failed:
            settle()
            return .ended
        }
    }

    private func pending(_ link: StreamLink) -> SourceStep {
        body.wakeWhenReadable { link.resume() }
        return .pending
    }

    /// The guest reads no more: what is left of the body is thrown away until its trailers.
    func closed(_ reason: StreamClosure) {
        isClosed = true
        if reason == .dropped, !areTrailersDropped { skip() }
    }

    private func skip() {
        if body.skipToEnd() { settle() } else { body.wakeWhenSkippable { [self] in skip() } }
    }

    /// Nobody wants the rest of the body any more: its source is let go of with this.
    private func trailersDropped() {
        areTrailersDropped = true
        if isClosed { body.stopWaiting() }
    }

    private func settle() {
        switch body.outcome {
        case .success(let fields?):
            do throws(Trap) {
                trailers.resolve(.success(try resources.add(FieldsResource(fields))))
            } catch {
                trailers.resolve(.failure(.internalError(error.message)))
            }
        case .success(nil): trailers.resolve(.success(nil))
        case .failure(let code): trailers.resolve(.failure(code))
        case nil: break
        }
    }
}
