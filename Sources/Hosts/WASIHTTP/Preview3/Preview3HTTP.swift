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
            HTTPTypes.defineFields(in: types, .preview3, HeaderError3.self)
            HTTPTypes.defineRequestOptions(in: types, .preview3, refusal: RequestOptionsError.immutable)
            defineCopies(in: types)
            defineRequest(in: types)
            defineResponse(in: types)
        }
        defineClient(in: linker)
    }

    /// What 0.2 has no function for.
    private static func defineCopies(in types: HostInterface) {
        types.function("[method]fields.get-and-delete") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap)
                -> Result<[HTTPFieldValue], HeaderError3> in
            try HTTPTypes.change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.delete(name)
            }
        }
        types.function("[method]request-options.clone") {
            (call: borrowing ComponentCall, options: Borrow<RequestOptions>) throws(Trap)
                -> Own<RequestOptions> in
            try call.add(RequestOptions(try call.object(options).timeouts))
        }
    }
}

/// `header-error` of 0.3.
enum HeaderError3: HeaderError {
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

    init(_ error: HTTPFieldError) {
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
