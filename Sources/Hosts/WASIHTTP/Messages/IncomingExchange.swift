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

    /// Through how many requests of the application to itself the request came; zero for one of a client.
    var depth: Int { get }

    /// Sends an interim response, 100 to 199.
    func sendInformational(_ status: UInt16, _ fields: HTTPFields)
    /// Begins a response whose body follows.
    func sendHead(_ status: UInt16, _ fields: HTTPFields)
    /// Sends a whole response.
    func respond(_ status: UInt16, _ fields: HTTPFields, body: ByteBuffer)
}

/// What a guest answers with: status and header section.
public struct ResponseHead: Sendable {
    /// 200 unless the guest says otherwise.
    public private(set) var status: UInt16 = 200
    /// Not to be changed any more.
    public let fields: HTTPFields

    /// A response with these fields.
    public init(fields: HTTPFields) {
        var fields = fields
        fields.isMutable = false
        self.fields = fields
    }

    /// What a server answered; nil for a status that has not three digits. One from 600 on is what a guest may not set, but
    /// is to take for a server's mistake (RFC 9110 §15).
    public init?(received status: Int, _ fields: HTTPFields) {
        guard (100...999).contains(status) else { return nil }
        self.init(fields: fields)
        self.status = UInt16(status)
    }

    /// False: no status code of RFC 9110 §15, which are those from 100 to 599, and nothing changed.
    public mutating func setStatus(_ status: UInt16) -> Bool {
        guard (100...599).contains(status) else { return false }
        self.status = status
        return true
    }
}
