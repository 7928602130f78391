import NIOCore
import NIOTLS

/// Waits for the TLS handshake and says which protocol it chose.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private var completion: ((Result<String?, any Error>) -> Void)?

    init(_ completion: @escaping (Result<String?, any Error>) -> Void) { self.completion = completion }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted(let chosen) = event {
            // In this very call, so that the first bytes find the handlers of the protocol.
            completion.take()?(.success(chosen))
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let completion = completion.take() {
            completion(.failure(error))
            context.close(promise: nil)
        } else {
            context.fireErrorCaught(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        completion.take()?(.failure(ChannelError.eof))
        context.fireChannelInactive()
    }
}
