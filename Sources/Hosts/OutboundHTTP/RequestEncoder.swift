import AppModel
import NIOCore
import NIOHTTP1

/// Writes requests of HTTP/1.1 as bytes. A request was checked before (``CheckedRequest``); what is left is to write values
/// that are not text as the bytes that they are, which swift-nio's encoder cannot.
final class RequestEncoder: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    private var isChunked = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): writeHead(head, context, promise)
        case .body(.byteBuffer(let bytes)): writeBody(bytes, context, promise)
        // Nobody sends a file.
        case .body: promise?.fail(ChannelError.operationUnsupported)
        case .end(let trailers): writeEnd(trailers, context, promise)
        }
    }

    private func writeHead(
        _ head: HTTPRequestHead, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        var out = context.channel.allocator.buffer(capacity: 256)
        out.writeString(head.method.rawValue)
        out.writeStaticString(" ")
        out.writeString(head.uri)
        out.writeStaticString(" HTTP/1.1\r\n")
        Self.write(head.headers, into: &out)
        isChunked = head.headers.contains(name: "transfer-encoding")
        context.write(wrapOutboundOut(out), promise: promise)
    }

    private func writeBody(
        _ bytes: ByteBuffer, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        // An empty chunk would be the end.
        guard isChunked, bytes.readableBytes > 0 else {
            return context.write(wrapOutboundOut(bytes), promise: promise)
        }
        var line = context.channel.allocator.buffer(capacity: 16)
        line.writeString(String(bytes.readableBytes, radix: 16))
        line.writeStaticString("\r\n")
        context.write(wrapOutboundOut(line), promise: nil)
        context.write(wrapOutboundOut(bytes), promise: nil)
        context.write(wrapOutboundOut(ByteBuffer(staticString: "\r\n")), promise: promise)
    }

    private func writeEnd(
        _ trailers: HTTPHeaders?, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        guard isChunked else { return context.write(wrapOutboundOut(ByteBuffer()), promise: promise) }
        var out = context.channel.allocator.buffer(capacity: 64)
        out.writeStaticString("0\r\n")
        Self.write(trailers ?? [:], into: &out)
        context.write(wrapOutboundOut(out), promise: promise)
    }

    private static func write(_ headers: HTTPHeaders, into out: inout ByteBuffer) {
        for (name, value) in headers {
            out.writeString(name)
            out.writeStaticString(": ")
            if let bytes = FieldText.bytes(of: value) {
                out.writeBytes(bytes)
            } else {
                out.writeString(value)
            }
            out.writeStaticString("\r\n")
        }
        out.writeStaticString("\r\n")
    }
}
