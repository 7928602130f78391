public import ComponentModel
import WasmEngine

/// A `future` that the host got from a guest, as a parameter, a result or a part of one.
///
/// One that is let go of is dropped: the guest's write says so. Belongs to the component's event loop.
public final class GuestFuture<Value: CanonicalPayload> {
    private enum Origin {
        case guest(FutureReaderEnd<Value>)
        case host(HostFuture<Value>)
        case taken
    }

    private var origin: Origin

    init(_ end: FutureReaderEnd<Value>) { origin = .guest(end) }
    init(_ future: HostFuture<Value>) { origin = .host(future) }

    deinit { drop() }

    /// Waits for the value. `body` is called once, maybe before this returns: with the value, or with nothing when the
    /// instance ended first.
    public func onValue(_ body: @escaping (Value?) -> Void) {
        let origin = self.origin
        self.origin = .taken
        switch origin {
        case .guest(let end): end.read(body)
        case .host(let future):
            if future.isResolved { return body(future.value) }
            future.onDrop = nil
            future.onResolve = body
        case .taken: body(nil)
        }
    }

    /// Does not want the value.
    public func drop() {
        switch origin {
        case .guest(let end): end.close()
        case .host(let future): future.dropped(.dropped)
        case .taken: break
        }
        origin = .taken
    }
}

extension GuestFuture: ChannelValue, CanonicalType, CanonicalPayload {
    /// Whether the type is a future of the value's type.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        HostFuture<Value>.matches(type, types)
    }

    static func lift(
        _ index: UInt32, _ instance: InstanceState, _ channels: InstanceChannels
    ) throws(CanonicalTrap) -> GuestFuture {
        let end = try channels.take(index, .future, of: Value.self, from: instance)
        // Asked first: the type below has to be looked for.
        guard channels.isHosted(end),
            let own = try channels.takeBack(end, as: FutureWriterEnd<Value>.self, for: self)
        else {
            return GuestFuture(FutureReaderEnd<Value>(channels.core, end))
        }
        guard let future = own.takeFuture() else { throw .wrongDirection(self) }
        return GuestFuture(future)
    }

    func lower(_ instance: InstanceState, _ channels: InstanceChannels) throws(CanonicalTrap) -> UInt32 {
        defer { origin = .taken }
        switch origin {
        case .guest(let end): return try channels.giveOn(end, to: instance)
        case .host(let future): return try future.give(instance, channels)
        case .taken: throw .givenAway
        }
    }
}

/// The host's end of a future that a guest writes.
final class FutureReaderEnd<Value: CanonicalPayload>: HostChannelEnd {
    private var body: ((Value?) -> Void)?

    func read(_ body: @escaping (Value?) -> Void) {
        self.body = body
        attended()
    }

    override var isAttended: Bool { body != nil }

    override func copy(_ buffer: CopyBuffer, at place: EndBuffer, in core: ComponentCore) throws(Trap) {
        guard let body else { return }
        var context = core.context(of: place)
        let value = try core.canonical { () throws(CanonicalTrap) in
            try Value.load(at: buffer.address, &context)
        }
        self.body = nil
        finish(1, isLast: true)
        body(value)
    }

    override func closed(_ reason: StreamClosure) {
        let body = self.body
        self.body = nil
        body?(nil)
    }

    override func forget() { body = nil }
}
