public import AppModel
import ComponentModel
public import ComponentRuntime
public import NIOCore
public import WASIHTTP

/// A component that answers HTTP requests, compiled and linked, with its handler looked up.
public final class HTTPProgram: Sendable {
    enum Handler: Sendable {
        case preview2(Preview2Handler)
        case preview3(Preview3Handler)
    }

    /// What instances are made of.
    public let plan: ComponentPlan
    /// How instances are used again.
    public let reuse: InstanceReuse
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
        if Preview3Handler.isExported(by: plan.component) {
            handler = .preview3(try Preview3Handler(plan))
            reuse = InstanceReuse(limits, usesByDefault: 128)
        } else if Preview2Handler.isExported(by: plan.component) {
            handler = .preview2(try Preview2Handler(plan))
            reuse = InstanceReuse(limits, usesByDefault: 1, concurrencyMax: 1)
        } else {
            let exports = plan.component.exports.map(\.name)
            throw LoadError(
                description: """
                    It exports no HTTP handler (wasi:http/handler@0.3 or wasi:http/incoming-handler@0.2); it exports: \
                    \(exports.isEmpty ? "nothing" : exports.prefix(8).joined(separator: ", ")).
                    """)
        }
    }

    private init(_ original: HTTPProgram) {
        plan = original.plan.forOneLoop()
        reuse = original.reuse
        handler =
            switch original.handler {
            case .preview2(let handler): .preview2(handler.forOneLoop())
            case .preview3(let handler): .preview3(handler.forOneLoop())
            }
        state = HTTPHostState(limits: original.state.limits, client: original.state.client)
    }

    /// See ``LoadedComponent/forOneLoop()``.
    func forOneLoop() -> HTTPProgram { HTTPProgram(self) }

    /// Imports that nobody offers, one a line with their types.
    public var missingImports: [String] { plan.missingImports }
}

/// How instances of a component are used again.
public struct InstanceReuse: Sendable, Equatable {
    /// Requests that one instance answers.
    public var uses: Int
    /// Requests that it answers at once.
    public var concurrency: Int
    /// How long it waits for the next one.
    public var idleTime: TimeAmount
    /// Bytes that its memories may have grown by.
    public var memoryGrowthBytes: Int

    /// The part of a component's limits that is about reuse.
    init(_ limits: AppModel.ComponentLimits, usesByDefault: Int, concurrencyMax: Int = .max) {
        uses = limits.reuseMax ?? usesByDefault
        concurrency = min(limits.reuseConcurrencyMax, concurrencyMax)
        idleTime = TimeAmount(limits.reuseIdleMax)
        memoryGrowthBytes = limits.reuseMemoryGrowthMax
    }

    /// Whether each request has an instance of its own.
    public var isFresh: Bool { uses <= 1 }
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
