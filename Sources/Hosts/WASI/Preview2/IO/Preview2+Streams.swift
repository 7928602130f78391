import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:io/streams`.
extension Preview2 {
    static func defineIO(in linker: ComponentLinker, _ version: String) {
        definePoll(in: linker, version)
        defineError(in: linker.interface("wasi:io/error@\(version)"))
        let streams = linker.interface("wasi:io/streams@\(version)")
        defineInput(in: streams)
        defineOutput(in: streams)
        streams.function("[method]output-stream.splice") {
            (
                call: borrowing ComponentCall, target: Borrow<OutputStream>, source: Borrow<InputStream>,
                length: UInt64
            ) throws(Trap) -> Result<UInt64, StreamError> in
            try splice(try call.object(source), into: try call.object(target), length, call)
        }
        streams.function("[method]output-stream.blocking-splice") {
            (
                call: borrowing ComponentCall, target: Borrow<OutputStream>, source: Borrow<InputStream>,
                length: UInt64
            ) throws(Trap) -> Result<UInt64, StreamError> in
            try blockingSplice(try call.object(source), into: try call.object(target), length, call)
        }
    }

    /// The same of 2023-10-18: errors live among the streams, and splicing takes the source away from the guest.
    static func defineOctoberIO(in linker: ComponentLinker) {
        defineOctoberPoll(in: linker)
        let streams = linker.interface("wasi:io/streams@\(octoberCandidate)")
        defineError(in: streams)
        defineInput(in: streams)
        defineOutput(in: streams)
        streams.function("[method]output-stream.splice") {
            (
                call: borrowing ComponentCall, target: Borrow<OutputStream>, source: Own<InputStream>,
                length: UInt64
            )
                throws(Trap) -> Result<UInt64, StreamError> in
            try splice(try call.take(source), into: try call.object(target), length, call)
        }
        streams.function("[method]output-stream.blocking-splice") {
            (
                call: borrowing ComponentCall, target: Borrow<OutputStream>, source: Own<InputStream>,
                length: UInt64
            )
                throws(Trap) -> Result<UInt64, StreamError> in
            try blockingSplice(try call.take(source), into: try call.object(target), length, call)
        }
        streams.function("[method]output-stream.forward") {
            (call: borrowing ComponentCall, target: Borrow<OutputStream>, source: Own<InputStream>)
                throws(Trap)
                -> Result<UInt64, StreamError> in
            try forward(try call.take(source), into: try call.object(target), call)
        }
    }

    // MARK: - Input

    private static func defineInput(in streams: HostInterface) {
        streams.resource("input-stream", InputStream.self)
        streams.function("[method]input-stream.read") {
            (call: borrowing ComponentCall, stream: Borrow<InputStream>, length: UInt64) throws(Trap)
                -> Result<StreamBytes, StreamError> in
            let stream = try call.object(stream)
            return try streamAnswer(call) { () throws(StreamFailure) in try stream.read(length) }
        }
        streams.function("[method]input-stream.blocking-read") {
            (call: borrowing ComponentCall, stream: Borrow<InputStream>, length: UInt64) throws(Trap)
                -> Result<StreamBytes, StreamError> in
            let (stream, guest) = (try call.object(stream), try call.fiber)
            return try streamAnswer(call) { () throws(StreamFailure) in
                try stream.blockingRead(length, for: guest)
            }
        }
        streams.function("[method]input-stream.skip") {
            (call: borrowing ComponentCall, stream: Borrow<InputStream>, length: UInt64) throws(Trap)
                -> Result<UInt64, StreamError> in
            let stream = try call.object(stream)
            return try streamAnswer(call) { () throws(StreamFailure) in
                UInt64(try stream.read(length).guestByteCount)
            }
        }
        streams.function("[method]input-stream.blocking-skip") {
            (call: borrowing ComponentCall, stream: Borrow<InputStream>, length: UInt64) throws(Trap)
                -> Result<UInt64, StreamError> in
            let (stream, guest) = (try call.object(stream), try call.fiber)
            return try streamAnswer(call) { () throws(StreamFailure) in
                UInt64(try stream.blockingRead(length, for: guest).guestByteCount)
            }
        }
        streams.function("[method]input-stream.subscribe") {
            (call: borrowing ComponentCall, stream: Borrow<InputStream>) throws(Trap) -> Own<Pollable> in
            try call.add(InputPollable(try call.object(stream)), under: stream)
        }
    }

    // MARK: - Output

    private static func defineOutput(in streams: HostInterface) {
        streams.resource("output-stream", OutputStream.self)
        streams.function("[method]output-stream.check-write") {
            (call: borrowing ComponentCall, stream: Borrow<OutputStream>) throws(Trap)
                -> Result<UInt64, StreamError> in
            let stream = try call.object(stream)
            return try streamAnswer(call) { () throws(StreamFailure) in try stream.checkWrite() }
        }
        streams.function("[method]output-stream.write") {
            (call: borrowing ComponentCall, stream: Borrow<OutputStream>, contents: LentBytes) throws(Trap)
                -> Result<NoValue, StreamError> in
            let stream = try call.object(stream)
            return try done(call) { () throws(StreamFailure) in
                try contents.withBytes { (bytes) throws(StreamFailure) in try stream.write(bytes) }
            }
        }
        streams.function("[method]output-stream.blocking-write-and-flush") {
            (call: borrowing ComponentCall, stream: Borrow<OutputStream>, contents: LentBytes) throws(Trap)
                -> Result<NoValue, StreamError> in
            let (stream, guest) = (try call.object(stream), try call.fiber)
            guard contents.count <= StreamLimits.blockingWriteBytes else {
                throw Trap.host("a guest gives blocking-write-and-flush more than 4096 bytes")
            }
            return try done(call) { () throws(StreamFailure) in
                // The bytes are looked at again after a wait: the guest has not run meanwhile.
                try stream.waitUntilPermitted(guest)
                try contents.withBytes { (bytes) throws(StreamFailure) in try stream.write(bytes) }
                try stream.blockingFlush(guest)
            }
        }
        streams.function("[method]output-stream.subscribe") {
            (call: borrowing ComponentCall, stream: Borrow<OutputStream>) throws(Trap) -> Own<Pollable> in
            try call.add(OutputPollable(try call.object(stream)), under: stream)
        }
        defineFlush(in: streams)
        defineZeroes(in: streams)
    }

    private static func defineFlush(in streams: HostInterface) {
        streams.function("[method]output-stream.flush") {
            (call: borrowing ComponentCall, stream: Borrow<OutputStream>) throws(Trap)
                -> Result<NoValue, StreamError> in
            let stream = try call.object(stream)
            return try done(call) { () throws(StreamFailure) in try stream.flush() }
        }
        streams.function("[method]output-stream.blocking-flush") {
            (call: borrowing ComponentCall, stream: Borrow<OutputStream>) throws(Trap)
                -> Result<NoValue, StreamError> in
            let (stream, guest) = (try call.object(stream), try call.fiber)
            return try done(call) { () throws(StreamFailure) in try stream.blockingFlush(guest) }
        }
    }

    private static func defineZeroes(in streams: HostInterface) {
        streams.function("[method]output-stream.write-zeroes") {
            (call: borrowing ComponentCall, stream: Borrow<OutputStream>, length: UInt64) throws(Trap)
                -> Result<NoValue, StreamError> in
            let stream = try call.object(stream)
            guard length <= StreamLimits.writeBytes else {
                throw Trap.host("a guest writes more zeroes to a stream than check-write permitted")
            }
            let zeroes = [UInt8](repeating: 0, count: Int(length))
            return try done(call) { () throws(StreamFailure) in
                try zeroes.withRawSpan { (bytes) throws(StreamFailure) in try stream.write(bytes) }
            }
        }
        streams.function("[method]output-stream.blocking-write-zeroes-and-flush") {
            (call: borrowing ComponentCall, stream: Borrow<OutputStream>, length: UInt64) throws(Trap)
                -> Result<NoValue, StreamError> in
            let (stream, guest) = (try call.object(stream), try call.fiber)
            guard length <= StreamLimits.blockingWriteBytes else {
                throw Trap.host("a guest gives blocking-write-zeroes-and-flush more than 4096 bytes")
            }
            let zeroes = [UInt8](repeating: 0, count: Int(length))
            return try done(call) { () throws(StreamFailure) in
                try zeroes.withRawSpan { (bytes) throws(StreamFailure) in
                    try stream.blockingWrite(bytes, for: guest)
                }
            }
        }
    }

    // MARK: - From one to the other

    private static func splice(
        _ source: InputStream, into target: OutputStream, _ length: UInt64, _ call: borrowing ComponentCall
    ) throws(Trap) -> Result<UInt64, StreamError> {
        try streamAnswer(call) { () throws(StreamFailure) in
            let most = min(length, try target.checkWrite())
            if most == 0 { return 0 }
            let bytes = try source.read(most)
            try bytes.withBytes { (bytes) throws(StreamFailure) in try target.write(bytes) }
            return UInt64(bytes.guestByteCount)
        }
    }

    private static func blockingSplice(
        _ source: InputStream, into target: OutputStream, _ length: UInt64, _ call: borrowing ComponentCall
    ) throws(Trap) -> Result<UInt64, StreamError> {
        let guest = try call.fiber
        return try streamAnswer(call) { () throws(StreamFailure) in
            try move(source, into: target, length, guest)
        }
    }

    private static func forward(
        _ source: InputStream, into target: OutputStream, _ call: borrowing ComponentCall
    ) throws(Trap) -> Result<UInt64, StreamError> {
        let guest = try call.fiber
        return try streamAnswer(call) { () throws(StreamFailure) in
            var total: UInt64 = 0
            while true {
                do throws(StreamFailure) { total += try move(source, into: target, .max, guest) } catch {
                    guard case .closed = error, try target.isOpen() else { throw error }
                    return total
                }
            }
        }
    }

    private static func move(
        _ source: InputStream, into target: OutputStream, _ length: UInt64, _ guest: Fiber
    ) throws(StreamFailure) -> UInt64 {
        let most = min(length, try target.waitUntilPermitted(guest))
        let bytes = try source.blockingRead(most, for: guest)
        try bytes.withBytes { (bytes) throws(StreamFailure) in try target.blockingWrite(bytes, for: guest) }
        return UInt64(bytes.guestByteCount)
    }

    // MARK: - Results

    /// Runs an operation whose failure the guest is told.
    static func streamAnswer<Value: CanonicalPayload>(
        _ call: borrowing ComponentCall, _ body: () throws(StreamFailure) -> Value
    ) throws(Trap) -> Result<Value, StreamError> {
        do { return .success(try body()) } catch {
            switch error {
            case .closed: return .failure(.closed)
            case .failed(let error): return .failure(.lastOperationFailed(try call.add(error)))
            case .trap(let trap): throw trap
            }
        }
    }

    private static func done(
        _ call: borrowing ComponentCall, _ body: () throws(StreamFailure) -> Void
    ) throws(Trap) -> Result<NoValue, StreamError> {
        try streamAnswer(call) { () throws(StreamFailure) in
            try body()
            return NoValue()
        }
    }
}
