public import NIOCore

/// A request that a guest answers, and the way back to the client. A server implements it.
///
/// Confined to the guest's event loop. Calls on an exchange that has ended do nothing.
public protocol IncomingExchange: BodySource, BodySink {
    /// The method.
    var method: RequestMethod { get }
    /// The scheme.
    var scheme: RequestScheme { get }
    /// Host and optional port, as the client asked for them.
    var authority: String? { get }
    /// Path and query, as sent.
    var pathWithQuery: String? { get }
    /// What the guest sees of the header section; not to be changed.
    var fields: HTTPFields { get }

    /// Sends an interim response, 100 to 199.
    func sendInformational(_ status: UInt16, _ fields: HTTPFields)
    /// Begins a response whose body follows.
    func sendHead(_ status: UInt16, _ fields: HTTPFields)
    /// Sends a whole response.
    func respond(_ status: UInt16, _ fields: HTTPFields, body: ByteBuffer)
}

/// What a guest answers with: status and header section.
public struct ResponseHead: Sendable {
    /// 100 to 999; 200 unless the guest says otherwise.
    public private(set) var status: UInt16 = 200
    /// Not to be changed any more.
    public let fields: HTTPFields

    /// A response with these fields.
    public init(fields: HTTPFields) {
        var fields = fields
        fields.isMutable = false
        self.fields = fields
    }

    /// False: no status code of three digits, and nothing changed.
    public mutating func setStatus(_ status: UInt16) -> Bool {
        guard status >= 100, status <= 999 else { return false }
        self.status = status
        return true
    }
}
