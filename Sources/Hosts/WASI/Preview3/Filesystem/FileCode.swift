import ComponentModel
import HostSystem

/// `wasi:filesystem/types`' `error-code`: that of WASI 0.2 without `would-block`, and with room for more.
enum FileCode: CanonicalVariant, StreamCode {
    case known(FilesystemError)
    case other(String?)

    static let cases = CanonicalCases<Self>(
        FilesystemError.allCases.filter { $0 != .wouldBlock }.map {
            .case(FilesystemError.labels[Int($0.rawValue)], .known($0))
        } + [.case("other", make: Self.other) { if case .other(let text) = $0 { text } else { nil } }])

    var caseNumber: Int {
        switch self {
        case .known(let error):
            error.rawValue > FilesystemError.wouldBlock.rawValue
                ? Int(error.rawValue) - 1 : Int(error.rawValue)
        case .other: FilesystemError.allCases.count - 1
        }
    }

    init(_ error: HostError) {
        let known = FilesystemError(error)
        self = known == .wouldBlock ? .other("would-block") : .known(known)
    }
}
