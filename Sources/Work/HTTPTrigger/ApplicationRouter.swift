import AppModel
public import HTTPServer
public import NIOCore
import NIOHTTP1
import Synchronization
public import WASIHTTP

/// Answers requests of an application's guests to the application itself, without the network.
///
/// Requests to `self` go through the routes of the application, as those of clients do. One to a component
/// (`name.spin.internal`) reaches it whatever its routes are, with the whole path as its path information. Neither waits
/// for admission: the request that it is made for has been admitted.
public final class ApplicationRouter: LocalHTTPRouter {
    // Clients are made before what they call.
    private struct State: Sendable {
        var handler: HTTPTriggerHandler?
        var server: HTTPServer?
    }

    private let state = Mutex(State())

    /// Answers nothing yet.
    public init() {}

    /// From now on `handler` answers.
    public func begin(_ handler: HTTPTriggerHandler) { state.withLock { $0.handler = handler } }

    /// From now on requests are in the access log of `server`, and count among its requests at work.
    public func join(_ server: HTTPServer) { state.withLock { $0.server = server } }

    /// Answers no more. Handler and client know each other until then.
    public func end() { state.withLock { $0 = State() } }

    /// Begins a request.
    public func send(
        _ request: OutboundRequest, to target: LocalTarget, on loop: any EventLoop,
        onEnd: @escaping () -> Void
    ) -> (any OutboundExchange)? {
        let state = state.withLock { $0 }
        guard let handler = state.handler else { return nil }
        let handle: (HTTPExchange) -> Void
        switch target {
        case .application: handle = { handler.handle($0) }
        case .component(let name):
            guard let part = handler.part(ComponentID(name)) else { return nil }
            handle = { handler.handle($0, by: part) }
        }
        let local = LocalRequest(
            RequestHead(request.head), depth: request.depth + 1, from: Self.address, on: loop,
            server: state.server, handle: handle)
        return LocalExchange(local, timeouts: request.timeouts, onEnd: onEnd)
    }

    // What guests are told of a client that has no address.
    private static let address = try? SocketAddress(ipAddress: "0.0.0.0", port: 0)
}

extension RequestHead {
    /// The head of a request that a guest sends, as a server would read it.
    fileprivate init(_ head: OutgoingRequestHead) {
        var fields = head.fields.headers
        fields.replaceOrAdd(name: "host", value: Self.localAuthority)
        self.init(
            method: HTTPMethod(rawValue: head.method.token), pathAndQuery: head.pathWithQuery ?? "/",
            scheme: head.scheme?.text ?? "http", authority: Self.localAuthority, headers: fields)
    }

    // The application's name for itself means nothing to others.
    private static let localAuthority = "localhost"
}
