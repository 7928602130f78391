import ComponentModel

/// `error` of 2023-10-18.
enum OctoberError: Error, CanonicalVariant {
    case invalidURL(String)
    case timeout(String)
    case protocolError(String)
    case unexpected(String)

    static let cases = CanonicalCases<Self>([
        .case("invalid-url", make: Self.invalidURL) {
            if case .invalidURL(let text) = $0 { text } else { nil }
        },
        .case("timeout-error", make: Self.timeout) { if case .timeout(let text) = $0 { text } else { nil } },
        .case("protocol-error", make: Self.protocolError) {
            if case .protocolError(let text) = $0 { text } else { nil }
        },
        .case("unexpected-error", make: Self.unexpected) {
            if case .unexpected(let text) = $0 { text } else { nil }
        },
    ])

    var caseNumber: Int {
        switch self {
        case .invalidURL: 0
        case .timeout: 1
        case .protocolError: 2
        case .unexpected: 3
        }
    }

    /// The kind of an error, with the name that it has in later versions.
    init(_ code: HTTPErrorCode) {
        let name = code.caseLabel
        switch code {
        case .httpRequestURIInvalid, .httpRequestURITooLong: self = .invalidURL(name)
        case .dnsTimeout, .connectionTimeout, .connectionReadTimeout, .connectionWriteTimeout,
            .httpResponseTimeout:
            self = .timeout(name)
        case .httpProtocolError, .httpUpgradeFailed, .httpResponseIncomplete, .tlsProtocolError:
            self = .protocolError(name)
        default: self = .unexpected(name)
        }
    }
}

/// `request-options` of 2023-10-18.
struct OctoberOptions: CanonicalRecord {
    static let fieldNames = ["connect-timeout-ms", "first-byte-timeout-ms", "between-bytes-timeout-ms"]

    let fields: CanonicalTuple<UInt32?, UInt32?, UInt32?>

    init(_ fields: CanonicalTuple<UInt32?, UInt32?, UInt32?>) { self.fields = fields }

    var timeouts: RequestTimeouts {
        let nanoseconds = { (time: UInt32?) in time.map { UInt64($0) * 1_000_000 } }
        var timeouts = RequestTimeouts()
        timeouts.connect = nanoseconds(fields.elements.0)
        timeouts.firstByte = nanoseconds(fields.elements.1)
        timeouts.betweenBytes = nanoseconds(fields.elements.2)
        return timeouts
    }
}
