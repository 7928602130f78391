import AppModel
public import AppRuntime
public import HTTPServer
import HostSystem
public import Logging
import NIOCore
import NIOHTTP1
public import WasmEngine

/// Answers the requests of one application: finds the trigger of a path and runs what it names.
public struct HTTPTriggerHandler: HTTPHandler {
    private enum Target: Sendable {
        case wagi(WagiProgram)
        case component(LoadedComponent, HTTPProgram)
        case fixed(HTTPResponseStatus, HTTPHeaders, ByteBuffer)
    }

    private let application: Application
    private let routes: RouteTable
    private let targets: [Target]
    private let parts: [ComponentID: Part]
    private let schedulers: FiberSchedulers
    private let log: any GuestLog
    private let logger: Logger

    /// What the author should know about the routes.
    public var diagnostics: [RouteDiagnostic] { routes.diagnostics }

    /// A handler for a loaded application.
    ///
    /// - Throws: ``RouteTable/InvalidRoute``.
    public init(
        _ loaded: LoadedApplication, schedulers: FiberSchedulers, log: any GuestLog, logger: Logger
    ) throws {
        self.application = loaded.application
        self.routes = try RouteTable(triggers: loaded.application.httpTriggers)
        self.schedulers = schedulers
        self.log = log
        self.logger = logger
        self.targets = loaded.application.httpTriggers.map { trigger in
            switch (trigger.handler, trigger.executor) {
            case (.component, let executor):
                guard let component = loaded.component(of: trigger) else { return Self.unavailable }
                switch (component.program, executor) {
                case (.command(let command), .wagi(let options)):
                    return .wagi(
                        WagiProgram(
                            component: component, command: command, options: options, log: log,
                            logger: logger))
                case (.http(let program), .http): return .component(component, program)
                default: return Self.unavailable
                }
            case (.staticResponse(let response), _): return Self.fixed(response)
            }
        }
        parts = try Self.parts(of: loaded.application)
    }

    /// A component as other components reach it: under a route that has every path.
    struct Part: Sendable {
        fileprivate let target: Int
        fileprivate let routes: RouteTable
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

    /// Answers a request that another component sends to this one.
    func handle(_ exchange: HTTPExchange, by part: Part) {
        let path = String(exchange.head.path)
        guard let match = part.routes.match(path) else { return _ = exchange.respond(.notFound) }
        run(targets[part.target], exchange, part.routes, match, path)
    }

    // The loader refuses what would need this; it keeps the table whole.
    private static let unavailable = Target.fixed(.notImplemented, [:], ByteBuffer())

    private static func fixed(_ response: StaticResponse) -> Target {
        var headers = HTTPHeaders()
        for field in response.headers { headers.add(name: field.name, value: field.value) }
        return .fixed(
            HTTPResponseStatus(statusCode: response.statusCode), headers, ByteBuffer(string: response.body))
    }

    /// Answers or begins to answer.
    public func handle(_ exchange: HTTPExchange) {
        let path = String(exchange.head.path)
        guard !path.hasPrefix("/.well-known/spin/") else { return handleWellKnown(exchange, path) }
        guard let match = routes.match(path) else {
            exchange.respond(.notFound)
            return
        }
        run(targets[match.triggerIndex], exchange, routes, match, path)
    }

    private func run(
        _ target: Target, _ exchange: HTTPExchange, _ routes: RouteTable, _ match: RouteMatch, _ path: String
    ) {
        switch target {
        case .fixed(let status, let headers, let body):
            exchange.respond(status, headers, body: body)
        case .wagi(let program):
            guard admits(exchange, program.component) else { return }
            WagiInvocation(
                exchange: exchange, program: program, route: routes.entries[match.entry], match: match,
                path: path
            ).start(scheduler: schedulers.scheduler(on: exchange.eventLoop))
        case .component(let component, let program):
            guard admits(exchange, component) else { return }
            ComponentInvocation(
                exchange: exchange, component: component, route: RouteFields(routes: routes, match: match),
                log: log, logger: logger
            ).start(program, scheduler: schedulers.scheduler(on: exchange.eventLoop))
        }
    }

    /// Whether the body may be as long as it says; answers otherwise.
    private func admits(_ exchange: HTTPExchange, _ component: LoadedComponent) -> Bool {
        guard exchange.hasBody,
            let length = exchange.head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > component.limits.requestBodyBytesMax
        else { return true }
        exchange.respond(.payloadTooLarge)
        return false
    }

    /// `/.well-known/spin/`: health and information; nothing else there belongs to the application.
    private func handleWellKnown(_ exchange: HTTPExchange, _ path: String) {
        switch path {
        case "/.well-known/spin/health":
            exchange.respond(.ok, ["content-type": "text/plain"], body: ByteBuffer(string: "OK"))
        case "/.well-known/spin/info":
            exchange.respond(.ok, ["content-type": "application/json"], body: ByteBuffer(string: information))
        default: exchange.respond(.notFound)
        }
    }

    private var information: String {
        let version = application.version.isEmpty ? "" : ",\"version\":\(application.version.jsonQuoted)"
        return "{\"name\":\(application.name.jsonQuoted)\(version)}"
    }
}

extension String {
    /// As a JSON string (RFC 8259 section 7).
    fileprivate var jsonQuoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
