public import NIOCore
import Synchronization

/// One object for each event loop, made when the loop first asks for it and used on that loop only.
public final class LoopLocal<Value>: Sendable {
    private let make: @Sendable (any EventLoop) -> Value
    private let values = Mutex<[ObjectIdentifier: NIOLoopBound<Value>]>([:])

    /// - Parameter make: called on the loop that the object is for.
    public init(_ make: @escaping @Sendable (any EventLoop) -> Value) { self.make = make }

    /// The object of the loop, whose thread must be the caller's.
    public func value(on loop: any EventLoop) -> Value {
        values.withLock { values in
            if let value = values[ObjectIdentifier(loop)] { return value }
            let value = NIOLoopBound(make(loop), eventLoop: loop)
            values[ObjectIdentifier(loop)] = value
            return value
        }.value
    }

    /// Lets go of all objects, each told on its own loop.
    public func removeAll(_ tell: @escaping @Sendable (Value) -> Void) {
        let removed = values.withLock { values in
            defer { values = [:] }
            return Array(values.values)
        }
        for value in removed { value.eventLoop.execute { tell(value.value) } }
    }
}
