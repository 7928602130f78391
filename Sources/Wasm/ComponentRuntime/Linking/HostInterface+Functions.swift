public import ComponentModel
public import WasmEngine

/// Functions of few parameters, which are nearly all: the compiler does not take lists of parameter types apart, and
/// these come out as loads and stores.
extension HostInterface {
    /// Offers a function of known types, which may wait on its caller's fiber.
    @inlinable
    public func function<
        Parameter1: CanonicalType & SendableMetatype,
        Result: CanonicalPayload & SendableMetatype
    >(
        _ name: String,
        _ body:
            @escaping @Sendable (borrowing ComponentCall, Parameter1) throws(Trap) -> Result
    ) {
        define(name, Parameter1.self, Result.self) { call, frame, context throws(Trap) in
            let result: Result
            if frame.hasFlatParameters {
                let first = try frame.next(Parameter1.self, &context)
                result = try body(call, first)
            } else {
                let all = try frame.lift(CanonicalTuple<Parameter1>.self, &context).elements
                result = try body(call, all)
            }
            try frame.lower(result, &context)
        }
    }

    /// Offers a function of known types, which may wait on its caller's fiber.
    @inlinable
    public func function<
        Parameter1: CanonicalType & SendableMetatype,
        Parameter2: CanonicalType & SendableMetatype,
        Result: CanonicalPayload & SendableMetatype
    >(
        _ name: String,
        _ body:
            @escaping @Sendable (borrowing ComponentCall, Parameter1, Parameter2) throws(Trap) -> Result
    ) {
        define(name, (Parameter1.self, Parameter2.self), Result.self) { call, frame, context throws(Trap) in
            let result: Result
            if frame.hasFlatParameters {
                let first = try frame.next(Parameter1.self, &context)
                let second = try frame.next(Parameter2.self, &context)
                result = try body(call, first, second)
            } else {
                let all = try frame.lift(CanonicalTuple<Parameter1, Parameter2>.self, &context).elements
                result = try body(call, all.0, all.1)
            }
            try frame.lower(result, &context)
        }
    }

    /// Offers a function of known types, which may wait on its caller's fiber.
    @inlinable
    public func function<
        Parameter1: CanonicalType & SendableMetatype,
        Parameter2: CanonicalType & SendableMetatype,
        Parameter3: CanonicalType & SendableMetatype,
        Result: CanonicalPayload & SendableMetatype
    >(
        _ name: String,
        _ body:
            @escaping @Sendable (borrowing ComponentCall, Parameter1, Parameter2, Parameter3) throws(Trap) ->
            Result
    ) {
        define(name, (Parameter1.self, Parameter2.self, Parameter3.self), Result.self) {
            call, frame, context throws(Trap) in
            let result: Result
            if frame.hasFlatParameters {
                let first = try frame.next(Parameter1.self, &context)
                let second = try frame.next(Parameter2.self, &context)
                let third = try frame.next(Parameter3.self, &context)
                result = try body(call, first, second, third)
            } else {
                let all = try frame.lift(CanonicalTuple<Parameter1, Parameter2, Parameter3>.self, &context)
                    .elements
                result = try body(call, all.0, all.1, all.2)
            }
            try frame.lower(result, &context)
        }
    }

    /// Offers a function of known types, which may wait on its caller's fiber.
    @inlinable
    public func function<
        Parameter1: CanonicalType & SendableMetatype,
        Parameter2: CanonicalType & SendableMetatype,
        Parameter3: CanonicalType & SendableMetatype,
        Parameter4: CanonicalType & SendableMetatype,
        Result: CanonicalPayload & SendableMetatype
    >(
        _ name: String,
        _ body:
            @escaping @Sendable (borrowing ComponentCall, Parameter1, Parameter2, Parameter3, Parameter4)
            throws(Trap) -> Result
    ) {
        define(name, (Parameter1.self, Parameter2.self, Parameter3.self, Parameter4.self), Result.self) {
            call, frame, context throws(Trap) in
            let result: Result
            if frame.hasFlatParameters {
                let first = try frame.next(Parameter1.self, &context)
                let second = try frame.next(Parameter2.self, &context)
                let third = try frame.next(Parameter3.self, &context)
                let fourth = try frame.next(Parameter4.self, &context)
                result = try body(call, first, second, third, fourth)
            } else {
                let all = try frame.lift(
                    CanonicalTuple<Parameter1, Parameter2, Parameter3, Parameter4>.self, &context
                ).elements
                result = try body(call, all.0, all.1, all.2, all.3)
            }
            try frame.lower(result, &context)
        }
    }

    /// Offers a function without a result.
    @inlinable
    public func function<
        Parameter1: CanonicalType & SendableMetatype
    >(
        _ name: String,
        _ body: @escaping @Sendable (borrowing ComponentCall, Parameter1) throws(Trap) -> Void
    ) {
        function(name) {
            (call: borrowing ComponentCall, first: Parameter1) throws(Trap) -> NoValue in
            try body(call, first)
            return NoValue()
        }
    }

    /// Offers a function without a result.
    @inlinable
    public func function<
        Parameter1: CanonicalType & SendableMetatype,
        Parameter2: CanonicalType & SendableMetatype
    >(
        _ name: String,
        _ body: @escaping @Sendable (borrowing ComponentCall, Parameter1, Parameter2) throws(Trap) -> Void
    ) {
        function(name) {
            (call: borrowing ComponentCall, first: Parameter1, second: Parameter2) throws(Trap) -> NoValue in
            try body(call, first, second)
            return NoValue()
        }
    }

    /// Offers a function without a result.
    @inlinable
    public func function<
        Parameter1: CanonicalType & SendableMetatype,
        Parameter2: CanonicalType & SendableMetatype,
        Parameter3: CanonicalType & SendableMetatype
    >(
        _ name: String,
        _ body:
            @escaping @Sendable (borrowing ComponentCall, Parameter1, Parameter2, Parameter3) throws(Trap) ->
            Void
    ) {
        function(name) {
            (call: borrowing ComponentCall, first: Parameter1, second: Parameter2, third: Parameter3)
                throws(Trap) -> NoValue in
            try body(call, first, second, third)
            return NoValue()
        }
    }

    /// Offers a function without a result.
    @inlinable
    public func function<
        Parameter1: CanonicalType & SendableMetatype,
        Parameter2: CanonicalType & SendableMetatype,
        Parameter3: CanonicalType & SendableMetatype,
        Parameter4: CanonicalType & SendableMetatype
    >(
        _ name: String,
        _ body:
            @escaping @Sendable (borrowing ComponentCall, Parameter1, Parameter2, Parameter3, Parameter4)
            throws(Trap) -> Void
    ) {
        function(name) {
            (
                call: borrowing ComponentCall, first: Parameter1, second: Parameter2, third: Parameter3,
                fourth: Parameter4
            ) throws(Trap) -> NoValue in
            try body(call, first, second, third, fourth)
            return NoValue()
        }
    }
}
