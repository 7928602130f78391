import ComponentModel
import HostSystem

/// `wasi:cli/types`' `error-code`.
enum CLIError: UInt8, CanonicalEnum, StreamCode {
    case io, illegalByteSequence, pipe

    init(_ error: HostError) {
        self =
            switch error {
            case .illegalByteSequence: .illegalByteSequence
            case .brokenPipe: .pipe
            default: .io
            }
    }
}
