/// Why an exchange failed: `error-code` of WASI, the same in 0.2 and 0.3.
public enum HTTPErrorCode: Error, Sendable, Hashable {
    case dnsTimeout
    case dnsError(DNSErrorPayload)
    case destinationNotFound
    case destinationUnavailable
    case destinationIPProhibited
    case destinationIPUnroutable
    case connectionRefused
    case connectionTerminated
    case connectionTimeout
    case connectionReadTimeout
    case connectionWriteTimeout
    case connectionLimitReached
    case tlsProtocolError
    case tlsCertificateError
    case tlsAlertReceived(TLSAlertReceivedPayload)
    case httpRequestDenied
    case httpRequestLengthRequired
    case httpRequestBodySize(UInt64?)
    case httpRequestMethodInvalid
    case httpRequestURIInvalid
    case httpRequestURITooLong
    case httpRequestHeaderSectionSize(UInt32?)
    case httpRequestHeaderSize(FieldSizePayload?)
    case httpRequestTrailerSectionSize(UInt32?)
    case httpRequestTrailerSize(FieldSizePayload)
    case httpResponseIncomplete
    case httpResponseHeaderSectionSize(UInt32?)
    case httpResponseHeaderSize(FieldSizePayload)
    case httpResponseBodySize(UInt64?)
    case httpResponseTrailerSectionSize(UInt32?)
    case httpResponseTrailerSize(FieldSizePayload)
    case httpResponseTransferCoding(String?)
    case httpResponseContentCoding(String?)
    case httpResponseTimeout
    case httpUpgradeFailed
    case httpProtocolError
    case loopDetected
    case configurationError
    case internalError(String?)

    /// What a name server answered: `DNS-error-payload`.
    public struct DNSErrorPayload: Sendable, Hashable {
        /// The response code's name.
        public var rcode: String?
        /// The extended error code (RFC 8914).
        public var infoCode: UInt16?

        /// A payload.
        public init(rcode: String? = nil, infoCode: UInt16? = nil) {
            self.rcode = rcode
            self.infoCode = infoCode
        }
    }

    /// A TLS alert of the other side: `TLS-alert-received-payload`.
    public struct TLSAlertReceivedPayload: Sendable, Hashable {
        /// The alert's number.
        public var alertID: UInt8?
        /// The alert's name.
        public var alertMessage: String?

        /// A payload.
        public init(alertID: UInt8? = nil, alertMessage: String? = nil) {
            self.alertID = alertID
            self.alertMessage = alertMessage
        }
    }

    /// A field that is too large: `field-size-payload`.
    public struct FieldSizePayload: Sendable, Hashable {
        /// Its name.
        public var fieldName: String?
        /// Its size in bytes.
        public var fieldSize: UInt32?

        /// A payload.
        public init(fieldName: String? = nil, fieldSize: UInt32? = nil) {
            self.fieldName = fieldName
            self.fieldSize = fieldSize
        }
    }
}
