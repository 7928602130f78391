import ComponentModel
import HostSystem

/// `wasi:filesystem/types`' `error-code`.
enum FilesystemError: UInt8, CanonicalEnum, Error {
    case access, wouldBlock, already, badDescriptor, busy, deadlock, quota, exist, fileTooLarge,
        illegalByteSequence, inProgress, interrupted, invalid, io, isDirectory, loop, tooManyLinks,
        messageSize,
        nameTooLong, noDevice, noEntry, noLock, insufficientMemory, insufficientSpace, notDirectory, notEmpty,
        notRecoverable, unsupported, noTty, noSuchDevice, overflow, notPermitted, pipe, readOnly, invalidSeek,
        textFileBusy, crossDevice

    /// The code for an error of the core.
    init(_ error: HostError) { self = Self.codes[error] ?? .io }

    private static let codes: [HostError: FilesystemError] = [
        .accessDenied: .access, .wouldBlock: .wouldBlock, .alreadyInProgress: .already,
        .badDescriptor: .badDescriptor, .busy: .busy, .deadlock: .deadlock, .quotaExceeded: .quota,
        .exists: .exist, .fileTooLarge: .fileTooLarge, .illegalByteSequence: .illegalByteSequence,
        .inProgress: .inProgress, .interrupted: .interrupted, .invalid: .invalid, .inputOutput: .io,
        .isDirectory: .isDirectory, .symbolicLinkLoop: .loop, .tooManyLinks: .tooManyLinks,
        .messageTooLarge: .messageSize, .nameTooLong: .nameTooLong, .noDevice: .noDevice, .noEntry: .noEntry,
        .noLock: .noLock, .outOfMemory: .insufficientMemory, .noSpace: .insufficientSpace,
        .notDirectory: .notDirectory, .notEmpty: .notEmpty, .notRecoverable: .notRecoverable,
        .notSupported: .unsupported, .notImplemented: .unsupported, .notTerminal: .noTty,
        .noSuchDevice: .noSuchDevice, .overflow: .overflow, .notPermitted: .notPermitted,
        .notCapable: .notPermitted, .brokenPipe: .pipe, .readOnly: .readOnly, .invalidSeek: .invalidSeek,
        .textFileBusy: .textFileBusy, .crossDevice: .crossDevice, .tooManyDescriptors: .insufficientMemory,
        .tooManyDescriptorsInSystem: .insufficientMemory, .badAddress: .invalid,
    ]
}
