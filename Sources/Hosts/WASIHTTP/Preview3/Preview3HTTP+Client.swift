import ComponentModel
import ComponentRuntime
import HostSystem
import WASI
import WasmEngine

/// `wasi:http/client`.
extension Preview3HTTP {
    static func defineClient(in linker: ComponentLinker) {
        for version in versions {
            linker.interface("wasi:http/client@\(version)").asyncFunction("send") {
                (
                    call: borrowing ComponentCall,
                    completion: HostCompletion<Result<Own<HTTPResponse3>, HTTPErrorCode>>,
                    request: Own<HTTPRequest3>
                ) throws(Trap) in
                let request = try call.take(request)
                guard let body = request.takeBody() else {
                    throw Trap.host("the body of a request is taken twice")
                }
                switch try begin(request, body, call) {
                case .failure(let code):
                    body.refuse(code)
                    completion.complete(.failure(code))
                case .success(let exchange): deliver(exchange, to: completion, call.resources)
                }
            }
        }
    }

    private static func begin(
        _ request: HTTPRequest3, _ body: MessageBody, _ call: borrowing ComponentCall
    ) throws(Trap) -> Result<any OutboundExchange, HTTPErrorCode> {
        let loop = try call.fiber.eventLoop
        let state = call.state(HTTPHostState.key)
        let outbound = OutboundRequest(request.head, timeouts: request.timeouts ?? RequestTimeouts())
        guard let outgoing = OutgoingBody(.request, of: request.head.fields, limits: state.limits) else {
            return .failure(.httpProtocolError)
        }
        do throws(HTTPErrorCode) {
            let exchange = try state.send(
                outbound, body: body.isEmpty ? nil : outgoing, of: call.system, on: loop)
            body.send(to: outgoing, call.resources)
            return .success(exchange)
        } catch {
            return .failure(error)
        }
    }

    private static func deliver(
        _ exchange: any OutboundExchange,
        to completion: HostCompletion<Result<Own<HTTPResponse3>, HTTPErrorCode>>, _ resources: ResourceTable
    ) {
        // Holds the exchange until there is a response, whose body then does.
        completion.onCancel {
            exchange.cancel()
            completion.cancelled()
        }
        exchange.whenResponded { [unowned exchange] in
            switch exchange.response {
            case .success(let head):
                let body = MessageBody.network(IncomingBody(exchange, bytesMax: .max))
                do throws(Trap) {
                    completion.complete(.success(try resources.add(HTTPResponse3(head, body: body))))
                } catch {
                    completion.complete(.failure(.internalError(error.message)))
                }
            case .failure(let code): completion.complete(.failure(code))
            case nil: break
            }
        }
    }
}

extension MessageBody {
    /// Whether there are no contents: the request leaves at once, and does not wait for trailers.
    fileprivate var isEmpty: Bool {
        if case .guest(nil, _, _) = self { true } else { false }
    }

    fileprivate func send(to outgoing: OutgoingBody, _ resources: ResourceTable) {
        switch self {
        case .guest(let contents?, let trailers, let received):
            OutgoingByteSink(outgoing, trailers: trailers, received: received, resources: resources).send(
                contents)
        case .guest(nil, let trailers, let received):
            trailers.onValue { value in
                if case .failure(let code)? = value {
                    received.resolve(.failure(code))
                } else {
                    received.resolve(.success(NoValue()))
                }
            }
        case .network(let incoming): BodyRelay(from: incoming, to: outgoing).run()
        }
    }

    /// Nobody takes it.
    fileprivate func refuse(_ code: HTTPErrorCode) {
        guard case .guest(let contents, let trailers, let received) = self else { return }
        contents?.drop()
        trailers.drop()
        received.resolve(.failure(code))
    }
}
