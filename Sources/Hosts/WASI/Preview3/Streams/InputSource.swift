import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore

/// An input of the system as a `stream<u8>` with the `future` that says how it ended.
final class InputSource<Code: StreamCode>: HostByteSource {
    private let input: any GuestInput
    private let readiness: Readiness
    private let outcome: HostFuture<Result<NoValue, Code>>

    private init(
        _ input: any GuestInput, on eventLoop: any EventLoop, _ outcome: HostFuture<Result<NoValue, Code>>
    ) {
        self.input = input
        readiness = Readiness(on: eventLoop)
        self.outcome = outcome
    }

    /// What functions like `read-via-stream` answer.
    typealias Answer = CanonicalTuple<HostByteStream, HostFuture<Result<NoValue, Code>>>

    /// A stream of what an input gives.
    static func answer(_ input: any GuestInput, on eventLoop: any EventLoop) -> Answer {
        let outcome = HostFuture<Result<NoValue, Code>>()
        return CanonicalTuple(HostByteStream(InputSource(input, on: eventLoop, outcome)), outcome)
    }

    /// A stream that ends at once, with an error.
    static func failure(_ error: HostError) -> Answer {
        CanonicalTuple(HostByteStream(ByteBuffer()), HostFuture(.failure(Code(error))))
    }

    func produce(into target: inout MutableRawSpan, _ link: StreamLink) -> SourceStep {
        do throws(HostError) {
            guard target.byteCount > 0 else {
                if try input.readableBytes != 0 { return .wrote(0) }
                return wait(link)
            }
            switch try input.read(into: &target) {
            case .bytes(let count): return .wrote(count)
            case .wouldWait: return wait(link)
            case .end:
                outcome.resolve(.success(NoValue()))
                return .ended
            }
        } catch {
            outcome.resolve(.failure(Code(error)))
            return .ended
        }
    }

    private func wait(_ link: StreamLink) -> SourceStep {
        readiness.wait({ input.wakeWhenReadable($0) }, then: { link.resume() })
        return .pending
    }

    /// A reader that has enough is no error.
    func closed(_ reason: StreamClosure) {
        readiness.stop()
        outcome.resolve(.success(NoValue()))
    }
}

/// An `error-code` that a stream may end with.
protocol StreamCode: CanonicalType, Error, SendableMetatype {
    init(_ error: HostError)
}
