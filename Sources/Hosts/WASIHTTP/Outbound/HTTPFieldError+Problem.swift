extension HTTPFieldError {
    /// What the operator is told; nil for what is no danger to anybody.
    var problem: String? {
        switch self {
        case .invalidSyntax:
            "a header field has a name or a value that could end it early, or begin another one"
        case .forbidden: "a header field belongs to the connection, and so to the host"
        case .sizeExceeded: "its header fields are larger than allowed"
        case .immutable: nil
        }
    }
}
