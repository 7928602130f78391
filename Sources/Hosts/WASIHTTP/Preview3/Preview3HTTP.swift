import ComponentModel
public import ComponentRuntime
import HostSystem
import WASI
import WasmEngine

/// `wasi:http` 0.3: thin skins over the version-free core of this module, with bodies as streams.
public enum Preview3HTTP {
    /// The versions, whose signatures are the same.
    static let versions = ["0.3.0", "0.3.0-rc-2026-03-15"]

    /// Offers `wasi:http/types` and `wasi:http/client` in all versions.
    public static func define(in linker: ComponentLinker) {
        for version in versions {
            let types = linker.interface("wasi:http/types@\(version)")
            defineFields(in: types)
            defineRequestOptions(in: types)
            defineRequest(in: types)
            defineResponse(in: types)
        }
        defineClient(in: linker)
    }

    /// An answer without a reason.
    static func outcome(_ isDone: Bool) -> Result<NoValue, NoValue> {
        isDone ? .success(NoValue()) : .failure(NoValue())
    }

    /// An answer without a reason for the guest; the operator sees one.
    static func outcome(
        _ isDone: Bool, _ call: borrowing ComponentCall, _ problem: String
    ) -> Result<NoValue, NoValue> {
        Preview2HTTP.outcome(isDone, call, problem)
    }
}

/// `header-error` of 0.3.
enum HeaderError3: Error, CanonicalVariant {
    case invalidSyntax, forbidden, immutable, sizeExceeded
    case other(String?)

    static let cases = CanonicalCases<Self>([
        .case("invalid-syntax", .invalidSyntax), .case("forbidden", .forbidden),
        .case("immutable", .immutable), .case("size-exceeded", .sizeExceeded),
        .case("other", make: Self.other) { if case .other(let text) = $0 { text } else { nil } },
    ])

    var caseNumber: Int {
        switch self {
        case .invalidSyntax: 0
        case .forbidden: 1
        case .immutable: 2
        case .sizeExceeded: 3
        case .other: 4
        }
    }

    init(_ error: HTTPFieldError, _ call: borrowing ComponentCall) {
        if let problem = error.problem { call.state(GuestSystem.key).plan.network.refuseRequest(problem) }
        switch error {
        case .invalidSyntax: self = .invalidSyntax
        case .forbidden: self = .forbidden
        case .immutable: self = .immutable
        case .sizeExceeded: self = .sizeExceeded
        }
    }
}

/// `request-options-error` of 0.3.
enum RequestOptionsError: Error, CanonicalVariant {
    case notSupported, immutable
    case other(String?)

    static let cases = CanonicalCases<Self>([
        .case("not-supported", .notSupported), .case("immutable", .immutable),
        .case("other", make: Self.other) { if case .other(let text) = $0 { text } else { nil } },
    ])

    var caseNumber: Int {
        switch self {
        case .notSupported: 0
        case .immutable: 1
        case .other: 2
        }
    }
}
