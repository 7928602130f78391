public import ComponentModel
import ComponentRuntime
public import WASI
public import WasmEngine

/// `fields`, also called `headers` and `trailers`.
public final class FieldsResource: HostResource {
    /// `fields`.
    public static let resourceType = RuntimeResourceType.host()

    /// The type's names; a component may know it by the last one only.
    static let names = ["fields", "headers", "trailers"]

    /// What they are now.
    public var fields: HTTPFields

    /// Fields for a guest.
    public init(_ fields: HTTPFields) { self.fields = fields }
}

/// What the host knows about HTTP in an instance; instances of a component share it.
public final class HTTPHostState: Sendable {
    /// Where an instance keeps it.
    public static let key = StateKey<HTTPHostState>()

    /// What guests may use up.
    public let limits: HTTPHostLimits

    /// Who sends the requests of guests; nil where they may send none.
    public let client: (any OutboundHTTPClient)?

    /// A state of its parts.
    public init(limits: HTTPHostLimits = HTTPHostLimits(), client: (any OutboundHTTPClient)? = nil) {
        self.limits = limits
        self.client = client
    }
}
