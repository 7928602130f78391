import AppModel

/// Where a request goes: what a connection is for.
struct Place: Hashable, Sendable {
    let isSecure: Bool
    let host: OutboundHost
    let port: UInt16

    var scheme: String { isSecure ? "https" : "http" }
}
