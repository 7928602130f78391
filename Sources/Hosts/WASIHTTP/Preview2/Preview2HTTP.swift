import ComponentModel
public import ComponentRuntime
import HostSystem
import WASI
import WasmEngine

/// `wasi:http` 0.2: thin skins over the version-free core of this module.
///
/// A store that runs such a component has what `Preview2.install` puts there, and a ``HTTPHostState``.
public enum Preview2HTTP {
    /// The newest version; semantic versioning makes it serve every 0.2.x.
    static let version = "0.2.12"

    /// Offers `wasi:http/types` and `wasi:http/outgoing-handler` of all versions.
    public static func define(in linker: ComponentLinker) {
        define(in: linker, version, .preview2) { defineFutureTrailers(in: $0) }
        // Times are nanoseconds here, too, whatever the names of their functions end with.
        define(in: linker, Preview2.novemberCandidate, .november) { defineNovemberTrailers(in: $0) }
        defineOctober(in: linker)
    }

    private static func define(
        in linker: ComponentLinker, _ version: String, _ names: HTTPTypes.Names,
        trailers defineTrailers: (HostInterface) -> Void
    ) {
        let types = linker.interface("wasi:http/types@\(version)")
        types.function("http-error-code") {
            (call: borrowing ComponentCall, error: Borrow<IOError>) throws(Trap) -> HTTPErrorCode? in
            try call.object(error).cause as? HTTPErrorCode
        }
        HTTPTypes.defineFields(in: types, names, HeaderError2.self)
        defineIncomingRequest(in: types)
        defineIncomingBody(in: types)
        defineTrailers(types)
        defineOutgoingResponse(in: types)
        defineOutgoingBody(in: types)
        defineOutgoingRequest(in: types)
        HTTPTypes.defineRequestOptions(in: types, names, refusal: NoValue())
        defineIncomingResponse(in: types)
        defineOutgoingHandler(in: linker, version)
    }
}

/// `header-error` of 0.2, which has no case for fields that are too large.
enum HeaderError2: HeaderError {
    case invalidSyntax, forbidden, immutable

    static let cases = CanonicalCases<Self>([
        .case("invalid-syntax", .invalidSyntax), .case("forbidden", .forbidden),
        .case("immutable", .immutable),
    ])

    var caseNumber: Int {
        switch self {
        case .invalidSyntax: 0
        case .forbidden: 1
        case .immutable: 2
        }
    }

    init(_ error: HTTPFieldError) throws(Trap) {
        switch error {
        case .invalidSyntax: self = .invalidSyntax
        case .forbidden: self = .forbidden
        case .immutable: self = .immutable
        case .sizeExceeded: throw Trap.host("a guest makes header fields of more bytes than are allowed")
        }
    }
}
