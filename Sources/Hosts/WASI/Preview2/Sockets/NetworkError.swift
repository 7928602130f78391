import ComponentModel
import HostSystem

/// `wasi:sockets/network`'s `error-code`.
enum NetworkError: UInt8, CanonicalEnum, Error {
    case unknown, accessDenied, notSupported, invalidArgument, outOfMemory, timeout, concurrencyConflict,
        notInProgress, wouldBlock, invalidState, newSocketLimit, addressNotBindable, addressInUse,
        remoteUnreachable, connectionRefused, connectionReset, connectionAborted, datagramTooLarge,
        nameUnresolvable, temporaryResolverFailure, permanentResolverFailure

    /// The code for an error of the core.
    init(_ error: HostError) { self = Self.codes[error] ?? .unknown }

    private static let codes: [HostError: NetworkError] = [
        .accessDenied: .accessDenied, .notPermitted: .accessDenied, .notCapable: .accessDenied,
        .notSupported: .notSupported, .addressFamilyNotSupported: .notSupported,
        .protocolNotSupported: .notSupported, .noProtocolOption: .notSupported, .invalid: .invalidArgument,
        .outOfMemory: .outOfMemory, .noBufferSpace: .outOfMemory, .timedOut: .timeout,
        .wouldBlock: .wouldBlock, .inProgress: .concurrencyConflict, .alreadyInProgress: .concurrencyConflict,
        .notConnected: .invalidState, .isConnected: .invalidState,
        .destinationAddressRequired: .invalidArgument, .tooManyDescriptors: .newSocketLimit,
        .tooManyDescriptorsInSystem: .newSocketLimit, .addressNotAvailable: .addressNotBindable,
        .addressInUse: .addressInUse, .hostUnreachable: .remoteUnreachable,
        .networkUnreachable: .remoteUnreachable, .networkDown: .remoteUnreachable,
        .connectionRefused: .connectionRefused, .connectionReset: .connectionReset,
        .brokenPipe: .connectionReset, .connectionAborted: .connectionAborted,
        .messageTooLarge: .datagramTooLarge,
    ]

    /// The code for a look-up without an answer.
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
