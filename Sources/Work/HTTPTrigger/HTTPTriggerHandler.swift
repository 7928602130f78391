import AppModel
public import AppRuntime
public import HTTPServer
public import Logging
import NIOCore
import NIOHTTP1
public import WasmEngine

/// Answers the requests of one application: finds the trigger of a path and runs what it names.
///
/// Each event loop has a ``LoopHandler`` of its own, made with the loop's first request.
public struct HTTPTriggerHandler: HTTPHandler {
    /// What a trigger names.
    enum Target: Sendable {
        case component(LoadedComponent, HTTPTrigger.Executor)
        case fixed(FixedResponse)
    }

    // An object, so that a target is one reference.
    final class FixedResponse: Sendable {
        let status: HTTPResponseStatus
        let headers: HTTPHeaders
        let body: ByteBuffer

        init(_ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    /// A component as other components reach it: under a route that has every path.
    struct Part: Sendable {
        let target: Int
        let routes: RouteTable
    }

    let application: Application
    let routes: RouteTable
    let targets: [Target]
    let schedulers: FiberSchedulers
    let log: any GuestLog
    let logger: Logger
    private let parts: [ComponentID: Part]
    /// In the order of the schedulers.
    private let byLoop: [NIOLoopBoundBox<LoopHandler?>]

    /// What the author should know about the routes.
    public var diagnostics: [RouteDiagnostic] { routes.diagnostics }

    /// A handler for a loaded application.
    ///
    /// - Throws: ``RouteTable/InvalidRoute``.
    public init(
        _ loaded: LoadedApplication, schedulers: FiberSchedulers, log: any GuestLog, logger: Logger
    ) throws {
        application = loaded.application
        routes = try RouteTable(triggers: loaded.application.httpTriggers)
        self.schedulers = schedulers
        self.log = log
        self.logger = logger
        targets = loaded.application.httpTriggers.map { trigger in
            switch trigger.handler {
            case .component:
                loaded.component(of: trigger).map { .component($0, trigger.executor) }
                    ?? .fixed(Self.unavailable)
            case .staticResponse(let response): .fixed(Self.fixed(response))
            }
        }
        parts = try Self.parts(of: loaded.application)
        byLoop = schedulers.eventLoops.map { .makeEmptyBox(eventLoop: $0) }
    }

    // The first trigger of a component says how it is run.
    private static func parts(of application: Application) throws -> [ComponentID: Part] {
        var parts: [ComponentID: Part] = [:]
        for (index, trigger) in application.httpTriggers.enumerated() {
            guard case .component(let id) = trigger.handler, parts[id] == nil else { continue }
            var everything = trigger
            everything.route = .path("/...")
            parts[id] = Part(target: index, routes: try RouteTable(triggers: [everything]))
        }
        return parts
    }

    /// A component that a trigger names; nil where none does.
    func part(_ id: ComponentID) -> Part? { parts[id] }

    // The loader refuses what would need this; it keeps the table whole.
    static let unavailable = FixedResponse(.notImplemented)

    private static func fixed(_ response: StaticResponse) -> FixedResponse {
        var headers = HTTPHeaders()
        for field in response.headers { headers.add(name: field.name, value: field.value) }
        return FixedResponse(
            HTTPResponseStatus(statusCode: response.statusCode), headers,
            body: ByteBuffer(string: response.body))
    }

    /// Answers or begins to answer.
    public func handle(_ exchange: HTTPExchange) { local(to: exchange.eventLoop).handle(exchange) }

    /// Answers a request that another component sends to this one.
    func handle(_ exchange: HTTPExchange, by part: Part) {
        local(to: exchange.eventLoop).handle(exchange, by: part)
    }

    private func local(to eventLoop: any EventLoop) -> LoopHandler {
        let box = byLoop[schedulers.index(of: eventLoop)]
        if let handler = box.value { return handler }
        let handler = LoopHandler(self, on: schedulers.scheduler(on: eventLoop))
        box.value = handler
        return handler
    }
}
