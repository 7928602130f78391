import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:filesystem`.
extension Preview3 {
    /// What most functions answer.
    typealias FileAnswer<Value: CanonicalPayload> = Result<Value, FileCode>
    /// What functions about streams answer, now or later.
    typealias FileOutcome = HostFuture<FileAnswer<NoValue>>

    static func defineFilesystem(in linker: ComponentLinker, _ version: String) {
        let types = linker.interface("wasi:filesystem/types@\(version)")
        types.resource("descriptor", Descriptor.self)
        defineFileStreams(in: types)
        defineFolderStream(in: types)
        defineContent(in: types)
        defineStatus(in: types)
        definePaths(in: types)
        definePathPairs(in: types)
        Preview2.definePreopens(in: linker, version)
    }

    /// What the core says, as the guest is told.
    static func answer<Value: CanonicalPayload>(
        _ body: () throws(HostFailure) -> Value
    ) throws(Trap) -> FileAnswer<Value> {
        do { return .success(try body()) } catch {
            guard case .code(let code) = error else { throw Preview2.trap(error) }
            return .failure(FileCode(code))
        }
    }

    static func answer(_ body: () throws(HostFailure) -> Void) throws(Trap) -> FileAnswer<NoValue> {
        try answer { () throws(HostFailure) in
            try body()
            return NoValue()
        }
    }

    /// Work on files that goes on while the guest does other things. Where no disk has to be asked, it is done at once.
    static func begin<Value: Sendable, Answer: CanonicalPayload>(
        _ completion: HostCompletion<FileAnswer<Answer>>, _ file: FileCall,
        _ prepare: () throws(HostError) -> FileWork<Value>,
        answer: @escaping (Value) throws(HostError) -> Answer
    ) {
        let work: FileWork<Value>
        do throws(HostError) { work = try prepare() } catch {
            return completion.complete(.failure(FileCode(error)))
        }
        work.begin(by: file.system.plan.files, on: file.guest.eventLoop) { result in
            do throws(HostError) {
                completion.complete(.success(try answer(try result.get())))
            } catch {
                completion.complete(.failure(FileCode(error)))
            }
        }
    }

    static func begin(
        _ completion: HostCompletion<FileAnswer<NoValue>>, _ file: FileCall,
        _ prepare: () throws(HostError) -> FileWork<Void>
    ) {
        begin(completion, file, prepare) { (_: Void) throws(HostError) in NoValue() }
    }

    /// A failure of the core that needs no waiting.
    static func told<Value>(_ body: () throws(HostError) -> Value) throws(HostFailure) -> Value {
        do { return try body() } catch { throw .code(error) }
    }

    // MARK: - Streams

    private static func defineFileStreams(in types: HostInterface) {
        types.function("[method]descriptor.read-via-stream") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, offset: UInt64) throws(Trap)
                -> InputSource<FileCode>.Answer in
            let file = try FileCall(call, descriptor)
            guard Int64(exactly: offset) != nil else { return InputSource.failure(.invalid) }
            do throws(HostError) {
                let input = try file.system.input(file.number, from: offset, for: file.guest)
                return InputSource.answer(input, on: file.guest.eventLoop)
            } catch {
                return InputSource.failure(error)
            }
        }
        types.function("[method]descriptor.write-via-stream") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, data: GuestByteStream,
                offset: UInt64
            ) throws(Trap) -> FileOutcome in
            take(data, from: offset, try FileCall(call, descriptor))
        }
        types.function("[method]descriptor.append-via-stream") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, data: GuestByteStream)
                throws(Trap) -> FileOutcome in
            take(data, from: nil, try FileCall(call, descriptor))
        }
    }

    private static func take(
        _ data: GuestByteStream, from offset: UInt64?, _ file: FileCall
    ) -> FileOutcome {
        do throws(HostError) {
            let output = try file.system.output(file.number, from: offset, for: file.guest)
            return OutputSink.take(data, to: output, on: file.guest.eventLoop)
        } catch {
            return OutputSink.failure(error)
        }
    }

    private static func defineFolderStream(in types: HostInterface) {
        types.function("[method]descriptor.read-directory") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> CanonicalTuple<HostStream<FolderEntry>, FileOutcome> in
            let file = try FileCall(call, descriptor)
            let outcome = FileOutcome()
            do throws(HostFailure) {
                let stream = try file.system.directoryStream(file.number, for: file.guest)
                let source = FolderSource(
                    stream, file.system.plan.files, on: file.guest.eventLoop, outcome)
                return CanonicalTuple(HostStream(source), outcome)
            } catch {
                guard case .code(let code) = error else { throw Preview2.trap(error) }
                outcome.resolve(.failure(FileCode(code)))
                return CanonicalTuple(HostStream([]), outcome)
            }
        }
    }

    // MARK: - Content

    private static func defineContent(in types: HostInterface) {
        types.function("[method]descriptor.advise") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, offset: UInt64, length: UInt64,
                advice: FileAdvice
            ) throws(Trap) -> FileAnswer<NoValue> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try told { () throws(HostError) in
                    if case .directory = try file.system.descriptor(file.number).kind { throw .badDescriptor }
                    try file.system.file(file.number, .fileAdvise, else: .badDescriptor)
                        .advise(offset: offset, count: length, advice.hostAdvice)
                }
            }
        }
        types.asyncFunction("[method]descriptor.set-size") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<NoValue>>,
                descriptor: Borrow<Descriptor>, size: UInt64
            ) throws(Trap) in
            let file = try FileCall(call, descriptor)
            begin(completion, file) { () throws(HostError) in
                guard try file.system.ways(file.number).writes else { throw .invalid }
                return try file.system.settingSize(file.number, size)
            }
        }
        for (name, metadata) in [("sync", true), ("sync-data", false)] {
            types.asyncFunction("[method]descriptor.\(name)") {
                (
                    call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<NoValue>>,
                    descriptor: Borrow<Descriptor>
                ) throws(Trap) in
                let file = try FileCall(call, descriptor)
                begin(completion, file) { () throws(HostError) in
                    try file.system.syncing(file.number, metadata: metadata)
                }
            }
        }
    }
}
