import ComponentModel
import ComponentRuntime
import WASI
import WasmEngine

/// `wasi:http/types.fields`.
extension Preview2HTTP {
    static func defineFields(in types: HostInterface) {
        for name in FieldsResource.names { types.resource(name, FieldsResource.self) }
        types.function("[constructor]fields") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<FieldsResource> in
            try call.resources.add(FieldsResource(HTTPFields(limits: call.state(HTTPHostState.key).limits)))
        }
        types.function("[static]fields.from-list") {
            (call: borrowing ComponentCall, entries: [CanonicalTuple<String, HTTPFieldValue>]) throws(Trap)
                -> Result<Own<FieldsResource>, HeaderError2> in
            let list = entries.lazy.map { HTTPField(name: $0.elements.0, value: $0.elements.1) }
            let fields: HTTPFields
            do throws(HTTPFieldError) {
                fields = try HTTPFields(list, limits: call.state(HTTPHostState.key).limits)
            } catch {
                return .failure(try HeaderError2(error, call))
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
        types.function("[method]fields.entries") {
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
            ) throws(Trap) -> Result<NoValue, HeaderError2> in
            try change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.set(name, values)
            }
        }
        types.function("[method]fields.delete") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap)
                -> Result<NoValue, HeaderError2> in
            try change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                _ = try fields.delete(name)
            }
        }
        types.function("[method]fields.append") {
            (
                call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String,
                value: HTTPFieldValue
            ) throws(Trap) -> Result<NoValue, HeaderError2> in
            try change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.append(name, value)
            }
        }
    }

    private static func change(
        _ resource: FieldsResource, _ call: borrowing ComponentCall,
        _ body: (inout HTTPFields) throws(HTTPFieldError) -> Void
    ) throws(Trap) -> Result<NoValue, HeaderError2> {
        do throws(HTTPFieldError) {
            try body(&resource.fields)
            return .success(NoValue())
        } catch {
            return .failure(try HeaderError2(error, call))
        }
    }
}
