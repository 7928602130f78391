import AppModel
import AppRuntime
import HTTPServer
import HostSystem
import NIOCore
import NIOHTTP1
import WasmEngine

/// The part of an ``HTTPTriggerHandler`` that belongs to one event loop.
///
/// Requests keep what they need of the application by references. All that they keep is the loop's own, so that no two
/// threads count references to one object: for each request that would cost more than to parse it.
final class LoopHandler {
    private enum Target {
        case wagi(WagiProgram)
        case component(ComponentProgram)
        case fixed(HTTPTriggerHandler.FixedResponse)
    }

    private let application: Application
    private let routes: RouteTable
    private let targets: [Target]
    private let scheduler: FiberScheduler

    init(_ handler: HTTPTriggerHandler, on scheduler: FiberScheduler) {
        // Not the handler, which has this object.
        application = handler.application
        self.scheduler = scheduler
        routes = handler.routes.forOneLoop()
        targets = handler.targets.map { Self.target($0, of: handler, on: scheduler) }
    }

    private static func target(
        _ target: HTTPTriggerHandler.Target, of handler: HTTPTriggerHandler, on scheduler: FiberScheduler
    ) -> Target {
        switch target {
        case .component(let component, .wagi(let options)):
            if let program = WagiProgram(component, options, log: handler.log, logger: handler.logger) {
                return .wagi(program)
            }
        case .component(let component, .http):
            if let program = LoopHTTPProgram(component, log: handler.log, on: scheduler) {
                return .component(ComponentProgram(program, logger: handler.logger))
            }
        case .fixed(let response): return .fixed(response)
        }
        return .fixed(HTTPTriggerHandler.unavailable)
    }

    /// Answers or begins to answer.
    func handle(_ exchange: HTTPExchange) {
        let path = String(exchange.head.path)
        guard !path.hasPrefix("/.well-known/spin/") else { return handleWellKnown(exchange, path) }
        guard let match = routes.match(path) else {
            exchange.respond(.notFound)
            return
        }
        run(match.triggerIndex, exchange, routes, match, path)
    }

    /// Answers a request that another component sends to this one.
    func handle(_ exchange: HTTPExchange, by part: HTTPTriggerHandler.Part) {
        let path = String(exchange.head.path)
        guard let match = part.routes.match(path) else { return _ = exchange.respond(.notFound) }
        run(part.target, exchange, part.routes, match, path)
    }

    private func run(
        _ target: Int, _ exchange: HTTPExchange, _ routes: RouteTable, _ match: RouteMatch, _ path: String
    ) {
        switch targets[target] {
        case .fixed(let response):
            exchange.respond(response.status, response.headers, body: response.body)
        case .wagi(let program):
            guard admits(exchange, program.component) else { return }
            WagiInvocation(
                exchange: exchange, program: program, route: routes.entries[match.entry], match: match,
                path: path
            ).start(scheduler: scheduler)
        case .component(let program):
            guard admits(exchange, program.program.component) else { return }
            ComponentInvocation(
                exchange: exchange, program: program, route: RouteFields(routes: routes, match: match)
            ).start()
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
