import ComponentModel
import ComponentRuntime
import NIOCore
import WASI
import WasmEngine

/// A body from the network as a stream that a guest reads, and the trailers that follow it.
final class IncomingByteSource: HostByteSource {
    private let body: IncomingBody
    private let resources: ResourceTable
    /// Resolved when the body has ended.
    let trailers = HostFuture<TrailersResult>()

    init(_ body: IncomingBody, resources: ResourceTable) {
        self.body = body
        self.resources = resources
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
        guard reason == .dropped else { return }
        if body.skipToEnd() { settle() } else { body.wakeWhenSkippable { [self] in settle() } }
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
