#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why the system refused a guest: the one vocabulary of all WASI versions.
///
/// The raw values are those of preview 1's `errno`, the oldest and largest of them; newer versions map the cases to
/// their own `error-code`.
public enum HostError: UInt16, Error, Equatable, Sendable, CaseIterable {
    case argumentListTooLong = 1
    case accessDenied = 2
    case addressInUse = 3
    case addressNotAvailable = 4
    case addressFamilyNotSupported = 5
    case wouldBlock = 6
    case alreadyInProgress = 7
    case badDescriptor = 8
    case badMessage = 9
    case busy = 10
    case canceled = 11
    case noChild = 12
    case connectionAborted = 13
    case connectionRefused = 14
    case connectionReset = 15
    case deadlock = 16
    case destinationAddressRequired = 17
    case domain = 18
    case quotaExceeded = 19
    case exists = 20
    case badAddress = 21
    case fileTooLarge = 22
    case hostUnreachable = 23
    case identifierRemoved = 24
    case illegalByteSequence = 25
    case inProgress = 26
    case interrupted = 27
    case invalid = 28
    case inputOutput = 29
    case isConnected = 30
    case isDirectory = 31
    case symbolicLinkLoop = 32
    case tooManyDescriptors = 33
    case tooManyLinks = 34
    case messageTooLarge = 35
    case multihop = 36
    case nameTooLong = 37
    case networkDown = 38
    case networkReset = 39
    case networkUnreachable = 40
    case tooManyDescriptorsInSystem = 41
    case noBufferSpace = 42
    case noDevice = 43
    case noEntry = 44
    case noExecutable = 45
    case noLock = 46
    case noLink = 47
    case outOfMemory = 48
    case noMessage = 49
    case noProtocolOption = 50
    case noSpace = 51
    case notImplemented = 52
    case notConnected = 53
    case notDirectory = 54
    case notEmpty = 55
    case notRecoverable = 56
    case notSocket = 57
    case notSupported = 58
    case notTerminal = 59
    case noSuchDevice = 60
    case overflow = 61
    case ownerDead = 62
    case notPermitted = 63
    case brokenPipe = 64
    case protocolError = 65
    case protocolNotSupported = 66
    case wrongProtocolType = 67
    case outOfRange = 68
    case readOnly = 69
    case invalidSeek = 70
    case noProcess = 71
    case stale = 72
    case timedOut = 73
    case textFileBusy = 74
    case crossDevice = 75
    /// The descriptor does not carry the right, or the grant does not allow it.
    case notCapable = 76
}

extension HostError {
    /// The case for the system's `errno`; an unknown number is an input/output error.
    public init(systemError number: Int32) {
        let index = Int(number)
        self = index >= 0 && index < Self.bySystemError.count ? Self.bySystemError[index] : .inputOutput
    }

    /// The case for the calling thread's `errno`.
    package static var last: HostError { HostError(systemError: errno) }

    private static let bySystemError: [HostError] = {
        var table = [HostError](repeating: .inputOutput, count: 160)
        for (number, error) in systemErrors where number >= 0 && Int(number) < table.count {
            table[Int(number)] = error
        }
        return table
    }()

    private static let systemErrors: [(Int32, HostError)] = [
        (E2BIG, .argumentListTooLong), (EACCES, .accessDenied), (EADDRINUSE, .addressInUse),
        (EADDRNOTAVAIL, .addressNotAvailable), (EAFNOSUPPORT, .addressFamilyNotSupported),
        (EAGAIN, .wouldBlock), (EALREADY, .alreadyInProgress), (EBADF, .badDescriptor),
        (EBADMSG, .badMessage), (EBUSY, .busy), (ECANCELED, .canceled), (ECHILD, .noChild),
        (ECONNABORTED, .connectionAborted), (ECONNREFUSED, .connectionRefused),
        (ECONNRESET, .connectionReset), (EDEADLK, .deadlock), (EDESTADDRREQ, .destinationAddressRequired),
        (EDOM, .domain), (EDQUOT, .quotaExceeded), (EEXIST, .exists), (EFAULT, .badAddress),
        (EFBIG, .fileTooLarge), (EHOSTUNREACH, .hostUnreachable), (EIDRM, .identifierRemoved),
        (EILSEQ, .illegalByteSequence), (EINPROGRESS, .inProgress), (EINTR, .interrupted),
        (EINVAL, .invalid), (EIO, .inputOutput), (EISCONN, .isConnected), (EISDIR, .isDirectory),
        (ELOOP, .symbolicLinkLoop), (EMFILE, .tooManyDescriptors), (EMLINK, .tooManyLinks),
        (EMSGSIZE, .messageTooLarge), (EMULTIHOP, .multihop), (ENAMETOOLONG, .nameTooLong),
        (ENETDOWN, .networkDown), (ENETRESET, .networkReset), (ENETUNREACH, .networkUnreachable),
        (ENFILE, .tooManyDescriptorsInSystem), (ENOBUFS, .noBufferSpace), (ENODEV, .noDevice),
        (ENOENT, .noEntry), (ENOEXEC, .noExecutable), (ENOLCK, .noLock), (ENOLINK, .noLink),
        (ENOMEM, .outOfMemory), (ENOMSG, .noMessage), (ENOPROTOOPT, .noProtocolOption),
        (ENOSPC, .noSpace), (ENOSYS, .notImplemented), (ENOTCONN, .notConnected), (ENOTDIR, .notDirectory),
        (ENOTEMPTY, .notEmpty), (ENOTRECOVERABLE, .notRecoverable), (ENOTSOCK, .notSocket),
        (EOPNOTSUPP, .notSupported), (ENOTSUP, .notSupported), (ENOTTY, .notTerminal), (ENXIO, .noSuchDevice),
        (EOVERFLOW, .overflow), (EOWNERDEAD, .ownerDead), (EPERM, .notPermitted), (EPIPE, .brokenPipe),
        (EPROTO, .protocolError), (EPROTONOSUPPORT, .protocolNotSupported),
        (EPROTOTYPE, .wrongProtocolType), (ERANGE, .outOfRange), (EROFS, .readOnly), (ESPIPE, .invalidSeek),
        (ESRCH, .noProcess), (ESTALE, .stale), (ETIMEDOUT, .timedOut), (ETXTBSY, .textFileBusy),
        (EXDEV, .crossDevice),
    ]
}
