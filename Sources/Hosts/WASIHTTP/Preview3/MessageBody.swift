public import ComponentModel
public import ComponentRuntime

/// How a message's body was received or sent, as `future<result<_, error-code>>`.
public typealias TransmissionResult = Result<NoValue, HTTPErrorCode>
/// What follows a body, as `future<result<option<trailers>, error-code>>`.
public typealias TrailersResult = Result<Own<FieldsResource>?, HTTPErrorCode>

/// The body of a `request` or `response` of 0.3.
public enum MessageBody {
    /// From the network.
    case network(IncomingBody)
    /// Of a guest: its streams, and who wants to know how they were received.
    case guest(
        GuestByteStream?, trailers: GuestFuture<TrailersResult>, received: HostFuture<TransmissionResult>)
}

/// A `stream<u8>` given to a guest: of the host, or one of a guest that is handed on.
enum BodyStream: CanonicalType {
    case host(HostByteStream)
    case guest(GuestByteStream)

    static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        HostByteStream.matches(type, types)
    }

    static func layout(_ width: PointerWidth) -> ValueLayout { HostByteStream.layout(width) }
    static var flatTypes: FlatTypes { HostByteStream.flatTypes }

    static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> BodyStream { .guest(try GuestByteStream.lift(from: &slots, &context)) }

    static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) -> BodyStream
    {
        .guest(try GuestByteStream.load(at: offset, &context))
    }

    func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        switch self {
        case .host(let stream): try stream.lower(into: &slots, &context)
        case .guest(let stream): try stream.lower(into: &slots, &context)
        }
    }

    func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        switch self {
        case .host(let stream): try stream.store(at: offset, &context)
        case .guest(let stream): try stream.store(at: offset, &context)
        }
    }
}

/// A future of trailers given to a guest: of the host, or one of a guest that is handed on.
enum TrailersFuture: CanonicalType {
    case host(HostFuture<TrailersResult>)
    case guest(GuestFuture<TrailersResult>)

    static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        HostFuture<TrailersResult>.matches(type, types)
    }

    static func layout(_ width: PointerWidth) -> ValueLayout { HostFuture<TrailersResult>.layout(width) }
    static var flatTypes: FlatTypes { HostFuture<TrailersResult>.flatTypes }

    static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> TrailersFuture {
        .guest(try GuestFuture<TrailersResult>.lift(from: &slots, &context))
    }

    static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> TrailersFuture {
        .guest(try GuestFuture<TrailersResult>.load(at: offset, &context))
    }

    func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        switch self {
        case .host(let future): try future.lower(into: &slots, &context)
        case .guest(let future): try future.lower(into: &slots, &context)
        }
    }

    func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        switch self {
        case .host(let future): try future.store(at: offset, &context)
        case .guest(let future): try future.store(at: offset, &context)
        }
    }
}
