public import HostSystem
public import NIOCore

/// A request that a guest sends.
public struct OutboundRequest: Sendable {
    /// What the guest said.
    public var head: OutgoingRequestHead
    /// How long it wants to wait.
    public var timeouts: RequestTimeouts
    /// Through how many requests of the application to itself its guest was reached.
    public var depth = 0

    /// A request.
    public init(_ head: OutgoingRequestHead, timeouts: RequestTimeouts = RequestTimeouts()) {
        self.head = head
        self.timeouts = timeouts
    }
}

/// Sends the requests of guests. One serves all components of an application.
public protocol OutboundHTTPClient: Sendable {
    /// Begins a request. What is wrong with it, or not granted, is the failure of its response, and visible to the operator.
    ///
    /// - Parameters:
    ///   - network: what the guest may reach.
    ///   - loop: the guest's event loop, on which this is called.
    func send(
        _ request: OutboundRequest, network: HostNetwork, on loop: any EventLoop
    ) -> any OutboundExchange
}

/// A request on its way and its response: the sink of the request's body, the source of the response's.
///
/// Confined to the guest's event loop. Letting go of it ends what is not complete.
public protocol OutboundExchange: BodySource, BodySink {
    /// The head of the response, or why there is none; nil while it is not here.
    var response: Result<ResponseHead, HTTPErrorCode>? { get }
    /// Fires once, when ``response`` comes; not where it is there already.
    var onResponse: (() -> Void)? { get set }
    /// Fires when nobody holds it any more; once.
    var onRelease: (() -> Void)? { get set }
    /// Ends the exchange: nobody wants the response any more.
    func cancel()
}

extension OutboundExchange {
    /// Calls `body` when ``response`` is there: at once where it is, as with a request whose body failed while it was begun.
    func whenResponded(_ body: @escaping () -> Void) {
        if response == nil { onResponse = body } else { body() }
    }
}

/// What of an application a guest asks for without the network.
public enum LocalTarget: Sendable, Hashable {
    /// The application itself: `self`, or a request without an authority.
    case application
    /// A component: `name.spin.internal`.
    case component(String)
}

/// Answers requests of an application to itself.
public protocol LocalHTTPRouter: Sendable {
    /// Begins a request to a part of the application, in this process; nil when there is no such part. The request was
    /// checked: it could go out as it is.
    ///
    /// - Parameter onEnd: called once, when an exchange that was made is over.
    func send(
        _ request: OutboundRequest, to target: LocalTarget, on loop: any EventLoop,
        onEnd: @escaping () -> Void
    ) -> (any OutboundExchange)?
}

/// An exchange that failed before it began.
public final class FailedExchange: OutboundExchange {
    private let code: HTTPErrorCode

    /// An exchange that failed for this reason.
    public init(_ code: HTTPErrorCode) { self.code = code }

    deinit { onRelease?() }

    /// The failure.
    public var response: Result<ResponseHead, HTTPErrorCode>? { .failure(code) }
    /// Never fires: the response is there from the start.
    public var onResponse: (() -> Void)?
    /// Fires at the end of its life.
    public var onRelease: (() -> Void)?
    /// Never fires.
    public var onReadable: (() -> Void)?
    /// Never fires.
    public var onWritable: (() -> Void)?
    /// Nobody takes a body.
    public var isBodyClosed: Bool { true }
    /// Nothing to end.
    public func cancel() {}
    /// The failure.
    public func readBody(upTo limit: Int) -> BodyPiece { .failed(code) }
    /// Thrown away.
    public func writeBody(_ bytes: ByteBuffer) -> Bool { true }
    /// Nothing to finish.
    public func finishBody(trailers: HTTPFields?) {}
    /// Nothing to end.
    public func abortBody(_ reason: HTTPErrorCode) {}
}
