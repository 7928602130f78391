import ComponentModel
import ComponentRuntime
import HostSystem
import WASI
import WasmEngine

/// `header-error` of a version.
protocol HeaderError: Error, CanonicalVariant, SendableMetatype {
    /// The case of an error; a trap where the version has none.
    init(_ error: HTTPFieldError) throws(Trap)
}

extension HeaderError {
    /// The case of an error, which the operator sees where it is a danger to somebody.
    fileprivate init(_ error: HTTPFieldError, _ call: borrowing ComponentCall) throws(Trap) {
        if let problem = error.problem { call.system.plan.network.refuseRequest(problem) }
        try self.init(error)
    }
}

/// `fields`.
extension HTTPTypes {
    static func defineFields<Failure: HeaderError>(
        in types: HostInterface, _ names: Names, _ error: Failure.Type
    ) {
        defineFieldReading(in: types, names)
        types.function("[constructor]fields") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<FieldsResource> in
            try call.add(FieldsResource(HTTPFields(limits: call.state(HTTPHostState.key).limits)))
        }
        types.function("[static]fields.from-list") {
            (call: borrowing ComponentCall, entries: [HTTPField]) throws(Trap)
                -> Result<Own<FieldsResource>, Failure> in
            let fields: HTTPFields
            do throws(HTTPFieldError) {
                fields = try HTTPFields(entries, limits: call.state(HTTPHostState.key).limits)
            } catch {
                return .failure(try Failure(error, call))
            }
            return .success(try call.add(FieldsResource(fields)))
        }
        defineFieldChanges(in: types, error)
    }

    /// What is read of fields.
    static func defineFieldReading(in types: HostInterface, _ names: Names) {
        for name in FieldsResource.names { types.resource(name, FieldsResource.self) }
        types.function("[method]fields.get") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap)
                -> [HTTPFieldValue] in
            try call.object(fields).fields.values(name)
        }
        types.function("[method]fields.has") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap) -> Bool
            in try call.object(fields).fields.has(name)
        }
        types.function("[method]fields.\(names.list)") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>) throws(Trap)
                -> [HTTPField] in
            try call.object(fields).fields.entries
        }
        types.function("[method]fields.clone") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>) throws(Trap)
                -> Own<FieldsResource> in
            try call.add(FieldsResource(try call.object(fields).fields.mutableCopy))
        }
    }

    private static func defineFieldChanges<Failure: HeaderError>(
        in types: HostInterface, _ error: Failure.Type
    ) {
        types.function("[method]fields.set") {
            (
                call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String,
                values: [HTTPFieldValue]
            ) throws(Trap) -> Result<NoValue, Failure> in
            try change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.set(name, values)
                return NoValue()
            }
        }
        types.function("[method]fields.delete") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap)
                -> Result<NoValue, Failure> in
            try change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.delete(name)
                return NoValue()
            }
        }
        types.function("[method]fields.append") {
            (
                call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String,
                value: HTTPFieldValue
            ) throws(Trap) -> Result<NoValue, Failure> in
            try change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.append(name, value)
                return NoValue()
            }
        }
    }

    /// Changes fields as a guest asks.
    static func change<Value, Failure: HeaderError>(
        _ resource: FieldsResource, _ call: borrowing ComponentCall,
        _ body: (inout HTTPFields) throws(HTTPFieldError) -> Value
    ) throws(Trap) -> Result<Value, Failure> {
        do throws(HTTPFieldError) {
            return .success(try body(&resource.fields))
        } catch {
            return .failure(try Failure(error, call))
        }
    }
}
