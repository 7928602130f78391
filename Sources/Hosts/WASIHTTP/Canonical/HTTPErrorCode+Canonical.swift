public import ComponentModel

extension HTTPErrorCode: CanonicalVariant {
    /// `error-code`.
    public static let cases = CanonicalCases<Self>([
        .case("DNS-timeout", .dnsTimeout),
        .case("DNS-error", make: Self.dnsError) {
            if case .dnsError(let payload) = $0 { payload } else { nil }
        },
        .case("destination-not-found", .destinationNotFound),
        .case("destination-unavailable", .destinationUnavailable),
        .case("destination-IP-prohibited", .destinationIPProhibited),
        .case("destination-IP-unroutable", .destinationIPUnroutable),
        .case("connection-refused", .connectionRefused),
        .case("connection-terminated", .connectionTerminated),
        .case("connection-timeout", .connectionTimeout),
        .case("connection-read-timeout", .connectionReadTimeout),
        .case("connection-write-timeout", .connectionWriteTimeout),
        .case("connection-limit-reached", .connectionLimitReached),
        .case("TLS-protocol-error", .tlsProtocolError),
        .case("TLS-certificate-error", .tlsCertificateError),
        .case("TLS-alert-received", make: Self.tlsAlertReceived) {
            if case .tlsAlertReceived(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-request-denied", .httpRequestDenied),
        .case("HTTP-request-length-required", .httpRequestLengthRequired),
        .case("HTTP-request-body-size", make: Self.httpRequestBodySize) {
            if case .httpRequestBodySize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-request-method-invalid", .httpRequestMethodInvalid),
        .case("HTTP-request-URI-invalid", .httpRequestURIInvalid),
        .case("HTTP-request-URI-too-long", .httpRequestURITooLong),
        .case("HTTP-request-header-section-size", make: Self.httpRequestHeaderSectionSize) {
            if case .httpRequestHeaderSectionSize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-request-header-size", make: Self.httpRequestHeaderSize) {
            if case .httpRequestHeaderSize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-request-trailer-section-size", make: Self.httpRequestTrailerSectionSize) {
            if case .httpRequestTrailerSectionSize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-request-trailer-size", make: Self.httpRequestTrailerSize) {
            if case .httpRequestTrailerSize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-response-incomplete", .httpResponseIncomplete),
        .case("HTTP-response-header-section-size", make: Self.httpResponseHeaderSectionSize) {
            if case .httpResponseHeaderSectionSize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-response-header-size", make: Self.httpResponseHeaderSize) {
            if case .httpResponseHeaderSize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-response-body-size", make: Self.httpResponseBodySize) {
            if case .httpResponseBodySize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-response-trailer-section-size", make: Self.httpResponseTrailerSectionSize) {
            if case .httpResponseTrailerSectionSize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-response-trailer-size", make: Self.httpResponseTrailerSize) {
            if case .httpResponseTrailerSize(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-response-transfer-coding", make: Self.httpResponseTransferCoding) {
            if case .httpResponseTransferCoding(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-response-content-coding", make: Self.httpResponseContentCoding) {
            if case .httpResponseContentCoding(let payload) = $0 { payload } else { nil }
        },
        .case("HTTP-response-timeout", .httpResponseTimeout),
        .case("HTTP-upgrade-failed", .httpUpgradeFailed),
        .case("HTTP-protocol-error", .httpProtocolError),
        .case("loop-detected", .loopDetected),
        .case("configuration-error", .configurationError),
        .case("internal-error", make: Self.internalError) {
            if case .internalError(let payload) = $0 { payload } else { nil }
        },
    ])

    /// The index of the case.
    public var caseNumber: Int {
        switch self {
        case .dnsTimeout: 0
        case .dnsError: 1
        case .destinationNotFound: 2
        case .destinationUnavailable: 3
        case .destinationIPProhibited: 4
        case .destinationIPUnroutable: 5
        case .connectionRefused: 6
        case .connectionTerminated: 7
        case .connectionTimeout: 8
        case .connectionReadTimeout: 9
        case .connectionWriteTimeout: 10
        case .connectionLimitReached: 11
        case .tlsProtocolError: 12
        case .tlsCertificateError: 13
        case .tlsAlertReceived: 14
        case .httpRequestDenied: 15
        case .httpRequestLengthRequired: 16
        case .httpRequestBodySize: 17
        case .httpRequestMethodInvalid: 18
        case .httpRequestURIInvalid: 19
        case .httpRequestURITooLong: 20
        case .httpRequestHeaderSectionSize: 21
        case .httpRequestHeaderSize: 22
        case .httpRequestTrailerSectionSize: 23
        case .httpRequestTrailerSize: 24
        case .httpResponseIncomplete: 25
        case .httpResponseHeaderSectionSize: 26
        case .httpResponseHeaderSize: 27
        case .httpResponseBodySize: 28
        case .httpResponseTrailerSectionSize: 29
        case .httpResponseTrailerSize: 30
        case .httpResponseTransferCoding: 31
        case .httpResponseContentCoding: 32
        case .httpResponseTimeout: 33
        case .httpUpgradeFailed: 34
        case .httpProtocolError: 35
        case .loopDetected: 36
        case .configurationError: 37
        case .internalError: 38
        }
    }
}

extension HTTPErrorCode.DNSErrorPayload: CanonicalRecord {
    /// The names of the fields.
    public static let fieldNames = ["rcode", "info-code"]

    /// A payload of its fields.
    public init(_ fields: CanonicalTuple<String?, UInt16?>) {
        self.init(rcode: fields.elements.0, infoCode: fields.elements.1)
    }

    /// The fields.
    public var fields: CanonicalTuple<String?, UInt16?> { CanonicalTuple(rcode, infoCode) }
}

extension HTTPErrorCode.TLSAlertReceivedPayload: CanonicalRecord {
    /// The names of the fields.
    public static let fieldNames = ["alert-id", "alert-message"]

    /// A payload of its fields.
    public init(_ fields: CanonicalTuple<UInt8?, String?>) {
        self.init(alertID: fields.elements.0, alertMessage: fields.elements.1)
    }

    /// The fields.
    public var fields: CanonicalTuple<UInt8?, String?> { CanonicalTuple(alertID, alertMessage) }
}

extension HTTPErrorCode.FieldSizePayload: CanonicalRecord {
    /// The names of the fields.
    public static let fieldNames = ["field-name", "field-size"]

    /// A payload of its fields.
    public init(_ fields: CanonicalTuple<String?, UInt32?>) {
        self.init(fieldName: fields.elements.0, fieldSize: fields.elements.1)
    }

    /// The fields.
    public var fields: CanonicalTuple<String?, UInt32?> { CanonicalTuple(fieldName, fieldSize) }
}
