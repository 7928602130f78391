public import AppModel
import ComponentModel
public import ComponentRuntime
public import WASIHTTP

/// A component that answers HTTP requests, compiled and linked, with its handler looked up.
public struct HTTPProgram: Sendable {
    enum Handler: Sendable {
        case preview2(Preview2Handler)
    }

    /// What instances are made of.
    public let plan: ComponentPlan
    let handler: Handler
    let state: HTTPHostState

    /// The program of a component.
    ///
    /// - Throws: ``LoadError`` where it exports no handler, or ``ComponentRuntimeError`` where that has another type.
    init(
        _ plan: ComponentPlan, limits: AppModel.ComponentLimits, client: (any OutboundHTTPClient)? = nil
    ) throws {
        self.plan = plan
        state = HTTPHostState(limits: HTTPHostLimits(limits), client: client)
        guard Preview2Handler.isExported(by: plan.component) else {
            let exports = plan.component.exports.map(\.name)
            throw LoadError(
                description: """
                    It exports no HTTP handler (wasi:http/incoming-handler@0.2); it exports: \
                    \(exports.isEmpty ? "nothing" : exports.prefix(8).joined(separator: ", ")).
                    """)
        }
        handler = .preview2(try Preview2Handler(plan))
    }
}

extension HTTPProgram {
    /// Imports that nobody offers, one a line with their types.
    public var missingImports: [String] { plan.missingImports }
}

extension HTTPHostLimits {
    /// The part of a component's limits that is about HTTP.
    public init(_ limits: AppModel.ComponentLimits) {
        self.init()
        responseHeaderBytes = limits.responseHeaderBytesMax
        responseBodyBytes = limits.responseBodyBytesMax
        requestBodyBytes = limits.requestBodyBytesMax
    }
}
