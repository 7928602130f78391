import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore

/// Takes a `stream<u8>` of a guest to an output of the system; its future says when all is there.
final class OutputSink<Code: StreamCode>: HostByteSink {
    typealias Outcome = HostFuture<Result<NoValue, Code>>

    private let output: any GuestOutput
    private let readiness: Readiness
    private let outcome: Outcome

    private init(_ output: any GuestOutput, on eventLoop: any EventLoop, _ outcome: Outcome) {
        self.output = output
        readiness = Readiness(on: eventLoop)
        self.outcome = outcome
    }

    /// Begins to take a stream; the answer of functions like `write-via-stream`.
    static func take(
        _ stream: GuestByteStream, to output: any GuestOutput, on eventLoop: any EventLoop
    ) -> Outcome {
        let outcome = Outcome()
        stream.read(into: OutputSink(output, on: eventLoop, outcome))
        return outcome
    }

    /// The answer where nothing can be written. The stream is dropped.
    static func failure(_ error: HostError) -> Outcome { Outcome(.failure(Code(error))) }

    func consume(_ bytes: RawSpan, _ link: StreamLink) -> SinkStep {
        do throws(HostError) {
            let isReady = try output.isWritable
            if bytes.byteCount == 0, isReady { return .took(0) }
            let count = isReady ? try output.write(bytes) : 0
            if count > 0 { return .took(count) }
        } catch {
            outcome.resolve(.failure(Code(error)))
            return .closed
        }
        readiness.wait({ output.wakeWhenWritable($0) }, then: { link.resume() })
        return .pending
    }

    /// The guest has written all: the future waits until it is where it goes.
    func ended(_ reason: StreamClosure) {
        do throws(HostError) {
            if try output.isFlushed { return outcome.resolve(.success(NoValue())) }
        } catch { return outcome.resolve(.failure(Code(error))) }
        // The sink keeps itself for as long as it waits.
        readiness.wait({ output.wakeWhenWritable($0) }, then: { self.ended(reason) })
    }
}
