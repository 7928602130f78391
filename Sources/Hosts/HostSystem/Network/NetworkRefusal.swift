public import AppModel

/// A guest wanted something of the network that it may not have: a value for the guest, an event for the operator.
///
/// Holds no user info, path, query or body: those may be secrets.
public struct NetworkRefusal: Error, Sendable, Equatable {
    /// Why.
    public enum Reason: Sendable, Equatable {
        /// No entry of the allow-list covers the place.
        case notAllowed
        /// The place is covered, but only by an entry that does not reach internal addresses.
        case internalAddress(IPAddress, AddressKind)
        /// What the guest gave is no place: the end of a sentence that begins with it.
        case invalidTarget(String)
        /// Listening, or taking a fixed port, is not granted.
        case mayNotBind
        /// A part of a request is not allowed or would change its meaning on the wire.
        case invalidRequest(String)
        /// Too many at once, or too large.
        case limit(String)
    }

    /// The component that wanted it.
    public let component: String
    /// What it wanted to speak, such as `https` or `tcp`; `name` for a look-up.
    public let scheme: String
    /// Host and port as far as known, control characters replaced and cut to a usual length.
    public let target: String
    /// The entry of the allow-list that covers the place, as written.
    public let pattern: String?
    /// Why.
    public let reason: Reason

    init(component: String, scheme: String, target: String, pattern: String?, reason: Reason) {
        self.component = component
        self.scheme = Self.shown(scheme)
        self.target = Self.shown(target)
        self.pattern = pattern
        self.reason = reason
    }

    private static let shownMax = 120

    // For logs: one line, no control characters, and nothing in front of an `@`.
    private static func shown(_ text: String) -> String {
        let place =
            text.utf8.contains(UInt8(ascii: "@"))
            ? text.split(separator: "@").last.map(String.init) ?? "" : text
        let cut = place.split(whereSeparator: { "/?#".contains($0) }).first.map(String.init) ?? ""
        let scalars = cut.unicodeScalars.prefix(shownMax).map {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028 || $0.value == 0x2029
                ? "\u{FFFD}" : $0
        }
        return String(String.UnicodeScalarView(scalars)) + (cut.unicodeScalars.count > shownMax ? "…" : "")
    }
}

extension NetworkRefusal: CustomStringConvertible {
    /// One sentence for the operator: what was refused, and how to allow it.
    public var description: String {
        if case .invalidRequest(let problem) = reason, target.isEmpty {
            return "Component \"\(component)\" may not make this HTTP message: \(problem)."
        }
        return "Component \"\(component)\" may not reach \(scheme)://\(target): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .notAllowed:
            "no entry of allowed_outbound_hosts covers it; add \"\(scheme)://\(target)\" if it should."
        case .internalAddress(let address, let kind):
            """
            \(pattern.map { "\"\($0)\" covers it, but " } ?? "")\(address) is \(kind.name), which only an entry with \
            \(kind.isGrantedByName ? "that very host name or address" : "that very address") reaches.
            """
        case .invalidTarget(let problem): "this \(problem)."
        case .mayNotBind: "listening, or a port of its own choice, is not granted."
        case .invalidRequest(let problem): "\(problem)."
        case .limit(let problem): "\(problem)."
        }
    }
}

/// Sees every refusal, for the operator.
public protocol NetworkObserver: Sendable {
    /// Called on any thread, often while a guest waits: must hand it on and return.
    func refused(_ refusal: NetworkRefusal)
}
