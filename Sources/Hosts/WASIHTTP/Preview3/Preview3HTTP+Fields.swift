import ComponentModel
import ComponentRuntime
import WASI
import WasmEngine

/// `wasi:http/types.fields` and `request-options` of 0.3.
extension Preview3HTTP {
    static func defineFields(in types: HostInterface) {
        for name in FieldsResource.names { types.resource(name, FieldsResource.self) }
        types.function("[constructor]fields") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<FieldsResource> in
            try call.resources.add(FieldsResource(HTTPFields(limits: call.state(HTTPHostState.key).limits)))
        }
        types.function("[static]fields.from-list") {
            (call: borrowing ComponentCall, entries: [CanonicalTuple<String, HTTPFieldValue>]) throws(Trap)
                -> Result<Own<FieldsResource>, HeaderError3> in
            let list = entries.lazy.map { HTTPField(name: $0.elements.0, value: $0.elements.1) }
            let fields: HTTPFields
            do throws(HTTPFieldError) {
                fields = try HTTPFields(list, limits: call.state(HTTPHostState.key).limits)
            } catch {
                return .failure(HeaderError3(error, call))
            }
            return .success(try call.resources.add(FieldsResource(fields)))
        }
        types.function("[method]fields.get") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap)
                -> [HTTPFieldValue] in
            try call.object(fields).fields.values(name)
        }
        types.function("[method]fields.has") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap) -> Bool
            in try call.object(fields).fields.has(name)
        }
        types.function("[method]fields.copy-all") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>) throws(Trap)
                -> [CanonicalTuple<String, HTTPFieldValue>] in
            try call.object(fields).fields.entries.map { CanonicalTuple($0.name, $0.value) }
        }
        types.function("[method]fields.clone") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>) throws(Trap)
                -> Own<FieldsResource> in
            try call.resources.add(FieldsResource(try call.object(fields).fields.mutableCopy))
        }
        defineFieldChanges(in: types)
    }

    private static func defineFieldChanges(in types: HostInterface) {
        types.function("[method]fields.set") {
            (
                call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String,
                values: [HTTPFieldValue]
            ) throws(Trap) -> Result<NoValue, HeaderError3> in
            change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.set(name, values)
                return NoValue()
            }
        }
        types.function("[method]fields.delete") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap)
                -> Result<NoValue, HeaderError3> in
            change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                _ = try fields.delete(name)
                return NoValue()
            }
        }
        types.function("[method]fields.get-and-delete") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap)
                -> Result<[HTTPFieldValue], HeaderError3> in
            change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in try fields.delete(name)
            }
        }
        types.function("[method]fields.append") {
            (
                call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String,
                value: HTTPFieldValue
            ) throws(Trap) -> Result<NoValue, HeaderError3> in
            change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.append(name, value)
                return NoValue()
            }
        }
    }

    private static func change<Value>(
        _ resource: FieldsResource, _ call: borrowing ComponentCall,
        _ body: (inout HTTPFields) throws(HTTPFieldError) -> Value
    ) -> Result<Value, HeaderError3> {
        do throws(HTTPFieldError) {
            return .success(try body(&resource.fields))
        } catch {
            return .failure(HeaderError3(error, call))
        }
    }

    // MARK: - Options

    static func defineRequestOptions(in types: HostInterface) {
        types.resource("request-options", RequestOptions.self)
        types.function("[constructor]request-options") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<RequestOptions> in
            try call.resources.add(RequestOptions())
        }
        types.function("[method]request-options.clone") {
            (call: borrowing ComponentCall, options: Borrow<RequestOptions>) throws(Trap)
                -> Own<RequestOptions> in
            try call.resources.add(RequestOptions(try call.object(options).timeouts))
        }
        defineTimeout("connect-timeout", { $0.connect }, { $0.connect = $1 }, in: types)
        defineTimeout("first-byte-timeout", { $0.firstByte }, { $0.firstByte = $1 }, in: types)
        defineTimeout("between-bytes-timeout", { $0.betweenBytes }, { $0.betweenBytes = $1 }, in: types)
    }

    private static func defineTimeout(
        _ name: String, _ get: @escaping @Sendable (RequestTimeouts) -> UInt64?,
        _ set: @escaping @Sendable (inout RequestTimeouts, UInt64?) -> Void, in types: HostInterface
    ) {
        types.function("[method]request-options.get-\(name)") {
            (call: borrowing ComponentCall, options: Borrow<RequestOptions>) throws(Trap) -> UInt64? in
            get(try call.object(options).timeouts)
        }
        types.function("[method]request-options.set-\(name)") {
            (call: borrowing ComponentCall, options: Borrow<RequestOptions>, duration: UInt64?) throws(Trap)
                -> Result<NoValue, RequestOptionsError> in
            let options = try call.object(options)
            guard options.isMutable else { return .failure(.immutable) }
            set(&options.timeouts, duration)
            return .success(NoValue())
        }
    }
}
