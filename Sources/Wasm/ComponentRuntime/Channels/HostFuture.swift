public import ComponentModel
import WasmEngine

/// A `future` that the host gives to a guest, from a result, a parameter or a part of one.
///
/// The value may come before or after. A future that is never resolved keeps its reader waiting. Belongs to the
/// component's event loop; may be given away once.
public final class HostFuture<Value: CanonicalPayload> {
    private(set) var value: Value?
    /// Whether the value is there, or was.
    public private(set) var isResolved = false
    private var isGiven = false
    // While a guest may still read it; whoever closes the end breaks the cycle.
    fileprivate var end: FutureWriterEnd<Value>?
    /// Who waits on the host's side, when a guest gives the future back.
    var onResolve: ((Value) -> Void)?

    /// Called once, when no one reads the value any more and it was not read.
    public var onDrop: ((StreamClosure) -> Void)?

    /// A value that comes later.
    public init() {}

    /// A value that is there.
    public init(_ value: Value) {
        self.value = value
        isResolved = true
    }

    /// The value is there. Only the first use counts. A guest may run before this returns: call it last.
    public func resolve(_ value: Value) {
        guard !isResolved else { return }
        isResolved = true
        if let onResolve {
            self.onResolve = nil
            self.onDrop = nil
            return onResolve(value)
        }
        self.value = value
        end?.resume()
    }

    fileprivate func takeValue() -> Value? {
        defer { value = nil }
        return value
    }

    func dropped(_ reason: StreamClosure) {
        let onDrop = self.onDrop
        self.onDrop = nil
        // Types of optionals are looked up where the value's type is not known.
        if isResolved { value = nil }
        onDrop?(reason)
    }
}

extension HostFuture: ChannelValue, CanonicalType, CanonicalPayload {
    /// Whether the type is a future of the value's type.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .future(let payload)? = types.shape(type) else { return false }
        return Value.matches(payload, types)
    }

    static func lift(
        _ index: UInt32, _ instance: InstanceState, _ channels: InstanceChannels
    ) throws(CanonicalTrap) -> HostFuture { throw .wrongDirection(self) }

    func lower(_ instance: InstanceState, _ channels: InstanceChannels) throws(CanonicalTrap) -> UInt32 {
        guard !isGiven else { throw .givenAway }
        isGiven = true
        return try give(instance, channels)
    }

    func give(_ instance: InstanceState, _ channels: InstanceChannels) throws(CanonicalTrap) -> UInt32 {
        try channels.open(.future, of: Value.self, into: instance) {
            // The core keeps it.
            let writer = FutureWriterEnd(channels.core, $0, self)
            end = writer
        }
    }
}

/// The host's end of a future that a guest reads.
final class FutureWriterEnd<Value: CanonicalPayload>: HostChannelEnd {
    private(set) var future: HostFuture<Value>?

    init(_ core: ComponentCore, _ end: ChannelEndID, _ future: HostFuture<Value>) {
        self.future = future
        super.init(core, end)
    }

    override var needsStack: Bool { true }

    override func copy(_ buffer: CopyBuffer, at place: EndBuffer, in core: ComponentCore) throws(Trap) {
        guard let future, future.isResolved, let value = future.takeValue() else { return }
        var context = core.context(of: place)
        try core.canonical { () throws(CanonicalTrap) in try value.store(at: buffer.address, &context) }
        future.onDrop = nil
        finish(1, isLast: true)
    }

    override func closed(_ reason: StreamClosure) {
        takeFuture()?.dropped(reason)
    }

    override func forget() { takeFuture() }

    /// Takes the future back, when the guest gives it back.
    @discardableResult
    func takeFuture() -> HostFuture<Value>? {
        let future = self.future
        self.future = nil
        future?.end = nil
        return future
    }
}
