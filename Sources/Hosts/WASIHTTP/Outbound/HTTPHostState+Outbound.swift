public import HostSystem
public import NIOCore

extension HTTPHostState {
    /// Sends a request of an instance, for every version of WASI.
    ///
    /// - Parameter body: what the guest writes; nil for a request without a body.
    /// - Throws: why it does not go out. The operator has seen refusals.
    public func send(
        _ request: OutboundRequest, body: OutgoingBody?, of system: GuestSystem, on loop: any EventLoop
    ) throws(HTTPErrorCode) -> any OutboundExchange {
        guard let client else { throw .configurationError }
        let network = system.plan.network
        guard system.outboundRequests < limits.outboundRequests else {
            _ = network.refuse(
                scheme: request.head.scheme?.text ?? "https", target: request.head.authority ?? "",
                .limit("the instance has \(limits.outboundRequests) requests under way, which is its limit"))
            throw .connectionLimitReached
        }
        var request = request
        request.depth = system.requestDepth
        let exchange = client.send(request, network: network, on: loop)
        if case .failure(let code) = exchange.response {
            body?.abort(code)
            throw code
        }
        system.outboundRequests += 1
        exchange.onRelease = { [weak system] in system?.outboundRequests -= 1 }
        if let body { body.attach(exchange) } else { exchange.finishBody(trailers: nil) }
        return exchange
    }
}
