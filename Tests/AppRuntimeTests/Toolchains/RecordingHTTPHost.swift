import ComponentModel
import ComponentRuntime
import Synchronization
import WasmEngine

/// A host of wasi:http 0.2 for one request, made for tests: it gives the request, and keeps what it was answered.
final class RecordingHTTPHost: Sendable {
    struct Field: Equatable, Sendable {
        let name: String
        let value: String
    }

    struct Answer: Equatable, Sendable {
        var status: UInt16 = 200
        var fields: [Field] = []
        var body = ""
        /// Whether response and body were handed over and finished.
        var isSent = false
        var isFinished = false
    }

    private struct State: Sendable {
        var answer = Answer()
        var pieces: [[UInt8]]
        /// Handles that were given and not dropped.
        var live: [String: Int] = [:]
    }

    private let target: String
    private let fields: [Field]
    private let state: Mutex<State>

    /// A POST whose body comes in pieces.
    init(target: String, fields: [Field], pieces: [String]) {
        self.target = target
        self.fields = fields
        state = Mutex(State(pieces: pieces.map { Array($0.utf8) }))
    }

    var answer: Answer { state.withLock(\.answer) }

    /// Resources that the guest was given and has neither dropped nor given back.
    var leftOver: [String] { state.withLock { $0.live.filter { $0.value != 0 }.map(\.key) } }

    /// What the handler is called with.
    func arguments() -> [ComponentValue] { [own(Request.self), own(Outparam.self)] }

    // MARK: - What it offers

    private enum Request: CanonicalResource { static let resourceType = RuntimeResourceType.host() }
    private enum Outparam: CanonicalResource { static let resourceType = RuntimeResourceType.host() }
    private enum Fields: CanonicalResource { static let resourceType = RuntimeResourceType.host() }
    private enum Response: CanonicalResource { static let resourceType = RuntimeResourceType.host() }
    private enum IncomingBody: CanonicalResource { static let resourceType = RuntimeResourceType.host() }
    private enum OutgoingBody: CanonicalResource { static let resourceType = RuntimeResourceType.host() }
    private enum Input: CanonicalResource { static let resourceType = RuntimeResourceType.host() }
    private enum Output: CanonicalResource { static let resourceType = RuntimeResourceType.host() }
    private enum Failure: CanonicalResource { static let resourceType = RuntimeResourceType.host() }
    private enum Pollable: CanonicalResource { static let resourceType = RuntimeResourceType.host() }

    func define(in linker: ComponentLinker) {
        let types = linker.interface("wasi:http/types@0.2.0")
        let streams = linker.interface("wasi:io/streams@0.2.0")
        offer(Request.self, "incoming-request", types)
        offer(Outparam.self, "response-outparam", types)
        // Other names of one type.
        for name in ["fields", "headers", "trailers"] { offer(Fields.self, name, types) }
        offer(Response.self, "outgoing-response", types)
        offer(IncomingBody.self, "incoming-body", types)
        offer(OutgoingBody.self, "outgoing-body", types)
        offer(Input.self, "input-stream", streams)
        offer(Output.self, "output-stream", streams)
        offer(Failure.self, "error", linker.interface("wasi:io/error@0.2.0"))
        offer(Pollable.self, "pollable", linker.interface("wasi:io/poll@0.2.0"))
        defineRequest(types, streams)
        defineResponse(types, streams)
    }

    private func defineRequest(_ types: HostInterface, _ streams: HostInterface) {
        // The third case is "post".
        types.dynamicFunction("[method]incoming-request.method") { (_, _) in .variant(2, nil) }
        types.dynamicFunction("[method]incoming-request.path-with-query") { [target] (_, _) in
            .variant(1, .string(target))
        }
        types.dynamicFunction("[method]incoming-request.headers") { [self] (_, _) in own(Fields.self) }
        types.dynamicFunction("[method]fields.entries") { [fields] (_, _) in
            .list(fields.map { .record([.string($0.name), .bytes(Array($0.value.utf8))]) })
        }
        types.dynamicFunction("[method]incoming-request.consume") { [self] (_, _) in
            .variant(0, own(IncomingBody.self))
        }
        types.dynamicFunction("[method]incoming-body.stream") { [self] (_, _) in
            .variant(0, own(Input.self))
        }
        streams.dynamicFunction("[method]input-stream.blocking-read") { [self] (_, _) in
            let piece = state.withLock { $0.pieces.isEmpty ? nil : $0.pieces.removeFirst() }
            // At the end the error is "closed".
            return piece.map { .variant(0, .bytes($0)) } ?? .variant(1, .variant(1, nil))
        }
    }

    private func defineResponse(_ types: HostInterface, _ streams: HostInterface) {
        types.dynamicFunction("[static]fields.from-list") { [self] (_, values) in
            guard case .list(let entries)? = values.first else { return nil }
            change { $0.fields = entries.compactMap(Self.field) }
            return .variant(0, own(Fields.self))
        }
        types.dynamicFunction("[constructor]outgoing-response") { [self] (_, values) in
            given(back: Fields.self)
            return own(Response.self)
        }
        types.dynamicFunction("[method]outgoing-response.set-status-code") { [self] (_, values) in
            if case .u16(let status)? = values.last { change { $0.status = status } }
            return .variant(0, nil)
        }
        types.dynamicFunction("[method]outgoing-response.body") { [self] (_, _) in
            .variant(0, own(OutgoingBody.self))
        }
        types.dynamicFunction("[static]response-outparam.set") { [self] (_, values) in
            given(back: Outparam.self)
            given(back: Response.self)
            if case .variant(0, .own)? = values.last { change { $0.isSent = true } }
            return nil
        }
        types.dynamicFunction("[method]outgoing-body.write") { [self] (_, _) in .variant(0, own(Output.self))
        }
        streams.dynamicFunction("[method]output-stream.blocking-write-and-flush") { [self] (_, values) in
            guard case .bytes(let bytes)? = values.last, bytes.count <= 4096 else { return nil }
            change { $0.body += String(decoding: bytes, as: UTF8.self) }
            return .variant(0, nil)
        }
        types.dynamicFunction("[static]outgoing-body.finish") { [self] (_, _) in
            given(back: OutgoingBody.self)
            change { $0.isFinished = true }
            return .variant(0, nil)
        }
    }

    // MARK: - Handles

    private func offer<Resource: CanonicalResource>(
        _ type: Resource.Type, _ name: String, _ interface: HostInterface
    ) {
        let key = "\(type)"
        interface.resource(name, type) { [self] (_, _) in state.withLock { $0.live[key, default: 0] -= 1 } }
    }

    private func own<Resource: CanonicalResource>(_ type: Resource.Type) -> ComponentValue {
        state.withLock { $0.live["\(type)", default: 0] += 1 }
        return .own(ResourceValue(type: type.resourceType, representation: 1))
    }

    private func given<Resource: CanonicalResource>(back type: Resource.Type) {
        state.withLock { $0.live["\(type)", default: 0] -= 1 }
    }

    private func change(_ body: (inout Answer) -> Void) { state.withLock { body(&$0.answer) } }

    private static func field(_ value: ComponentValue) -> Field? {
        guard case .record(let parts) = value, parts.count == 2, case .string(let name) = parts[0],
            case .bytes(let bytes) = parts[1]
        else { return nil }
        return Field(name: name, value: String(decoding: bytes, as: UTF8.self))
    }
}
