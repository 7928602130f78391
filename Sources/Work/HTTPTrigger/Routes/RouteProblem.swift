/// Why a text is not a route.
public enum RouteProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// A `:` without a name after it.
    case namelessParameter
    /// A `*` with text after it.
    case namedWildcard(String)
    /// Something follows the wildcard.
    case wildcardNotLast

    /// A sentence for the author of the route.
    public var description: String {
        switch self {
        case .namelessParameter: "a parameter needs a name after the colon, as in \"/users/:id\""
        case .namedWildcard(let text):
            "a wildcard has no name: write \"...\" in place of \"\(text)\", as the last part"
        case .wildcardNotLast: "a wildcard must be the last part of the route"
        }
    }
}

/// Something about the routes of an application that its author should know. None of them stops it.
public enum RouteDiagnostic: Sendable, Equatable, CustomStringConvertible {
    /// Two triggers have the same route text; requests reach the later one.
    case duplicate(route: String, replaced: String, effective: String)
    /// The route lies below `/.well-known/spin/`, which the host answers itself.
    case reserved(route: String, trigger: String)

    /// A sentence for the author of the application.
    public var description: String {
        switch self {
        case .duplicate(let route, let replaced, let effective):
            """
            the triggers \(replaced) and \(effective) both have the route \(route): \
            \(effective) gets all its requests, because it comes later
            """
        case .reserved(let route, let trigger):
            """
            the route \(route) of trigger \(trigger) is never reached: \
            the host itself answers everything below /.well-known/spin/
            """
        }
    }
}
