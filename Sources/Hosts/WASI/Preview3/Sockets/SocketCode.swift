import ComponentModel
import HostSystem

/// `wasi:sockets/types`' `error-code`.
enum SocketCode: CanonicalVariant, StreamCode {
    case accessDenied, notSupported, invalidArgument, outOfMemory, timeout, invalidState, addressNotBindable,
        addressInUse, remoteUnreachable, connectionRefused, connectionBroken, connectionReset,
        connectionAborted, datagramTooLarge
    case other(String?)

    private static let plain: [(label: String, code: SocketCode)] = [
        ("access-denied", .accessDenied), ("not-supported", .notSupported),
        ("invalid-argument", .invalidArgument), ("out-of-memory", .outOfMemory), ("timeout", .timeout),
        ("invalid-state", .invalidState), ("address-not-bindable", .addressNotBindable),
        ("address-in-use", .addressInUse), ("remote-unreachable", .remoteUnreachable),
        ("connection-refused", .connectionRefused), ("connection-broken", .connectionBroken),
        ("connection-reset", .connectionReset), ("connection-aborted", .connectionAborted),
        ("datagram-too-large", .datagramTooLarge),
    ]

    static let cases = CanonicalCases<Self>(
        plain.map { .case($0.label, $0.code) }
            + [.case("other", make: Self.other) { if case .other(let text) = $0 { text } else { nil } }])

    var caseNumber: Int {
        switch self {
        case .accessDenied: 0
        case .notSupported: 1
        case .invalidArgument: 2
        case .outOfMemory: 3
        case .timeout: 4
        case .invalidState: 5
        case .addressNotBindable: 6
        case .addressInUse: 7
        case .remoteUnreachable: 8
        case .connectionRefused: 9
        case .connectionBroken: 10
        case .connectionReset: 11
        case .connectionAborted: 12
        case .datagramTooLarge: 13
        case .other: 14
        }
    }

    init(_ error: HostError) {
        self =
            switch error {
            case .accessDenied, .notPermitted, .notCapable: .accessDenied
            case .notSupported, .addressFamilyNotSupported, .protocolNotSupported, .noProtocolOption:
                .notSupported
            case .invalid, .destinationAddressRequired: .invalidArgument
            case .outOfMemory, .noBufferSpace: .outOfMemory
            case .timedOut: .timeout
            case .notConnected, .isConnected, .inProgress, .alreadyInProgress: .invalidState
            case .addressNotAvailable: .addressNotBindable
            case .addressInUse: .addressInUse
            case .hostUnreachable, .networkUnreachable, .networkDown: .remoteUnreachable
            case .connectionRefused: .connectionRefused
            case .brokenPipe: .connectionBroken
            case .connectionReset: .connectionReset
            case .connectionAborted: .connectionAborted
            case .messageTooLarge: .datagramTooLarge
            case .tooManyDescriptors, .tooManyDescriptorsInSystem: .other("new-socket-limit")
            default: .other(nil)
            }
    }
}

/// `wasi:sockets/ip-name-lookup`'s `error-code`.
enum LookupCode: CanonicalVariant, Error {
    case accessDenied, invalidArgument, nameUnresolvable, temporaryResolverFailure, permanentResolverFailure
    case other(String?)

    static let cases = CanonicalCases<Self>([
        .case("access-denied", .accessDenied), .case("invalid-argument", .invalidArgument),
        .case("name-unresolvable", .nameUnresolvable),
        .case("temporary-resolver-failure", .temporaryResolverFailure),
        .case("permanent-resolver-failure", .permanentResolverFailure),
        .case("other", make: Self.other) { if case .other(let text) = $0 { text } else { nil } },
    ])

    var caseNumber: Int {
        switch self {
        case .accessDenied: 0
        case .invalidArgument: 1
        case .nameUnresolvable: 2
        case .temporaryResolverFailure: 3
        case .permanentResolverFailure: 4
        case .other: 5
        }
    }

    init(_ error: HostError) {
        self =
            switch error {
            case .accessDenied: .accessDenied
            case .invalid: .invalidArgument
            default: .other(nil)
            }
    }

    init(_ failure: NameLookup.Failure) {
        self =
            switch failure {
            case .denied: .accessDenied
            case .unresolvable: .nameUnresolvable
            case .temporary: .temporaryResolverFailure
            case .permanent: .permanentResolverFailure
            }
    }
}
