import AppModel
import NIOCore
import NIOHTTP1

/// Keeps the bytes of a response's head as they came, until the head was read: swift-nio's decoder mends values that are not
/// UTF-8, and they are taken from here then.
///
/// Stands in front of the decoder of a connection of HTTP/1.1.
final class HeadRecorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var bytes = ByteBuffer()
    private var isRecording = true
    private let bytesMax: Int

    /// - Parameter bytesMax: what a head, with the interim ones before it, may have to be found again.
    init(bytesMax: Int) { self.bytesMax = bytesMax }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRecording {
            var read = unwrapInboundIn(data)
            if bytes.readableBytes == 0 { bytes = read } else { bytes.writeBuffer(&read) }
            if bytes.readableBytes > bytesMax { stop() }
        }
        context.fireChannelRead(data)
    }

    /// The next bytes are those of a response.
    func begin() {
        bytes = ByteBuffer()
        isRecording = true
    }

    private func stop() {
        bytes = ByteBuffer()
        isRecording = false
    }

    /// The head was read.
    ///
    /// - Returns: its fields with values in the form of `FieldText`.
    func end(_ head: HTTPResponseHead) -> HTTPHeaders {
        defer { stop() }
        guard head.headers.contains(where: { Self.isMended($0.value) }) else { return head.headers }
        var rest = bytes.readableBytesView[...]
        while let values = Self.values(of: head, &rest) {
            if values.count == head.headers.count {
                return HTTPHeaders(zip(head.headers, values).map { ($0.name, FieldText.text(of: $1)) })
            }
        }
        return HTTPHeaders(head.headers.map { ($0.name, FieldText.text(of: $0.value)) })
    }

    // U+FFFD stands for what was no UTF-8. Scalars that FieldText gives a meaning begin with 0xf4.
    private static func isMended(_ value: String) -> Bool {
        value.utf8.contains(0xf4) || value.utf8.contains(0xef) && value.unicodeScalars.contains("\u{FFFD}")
    }

    /// Reads one head; its values are none where its status or its names are not those of `head`.
    ///
    /// - Returns: nil when no whole head is left.
    private static func values(
        of head: HTTPResponseHead, _ rest: inout ByteBufferView.SubSequence
    ) -> [ByteBufferView.SubSequence]? {
        guard let status = line(&rest) else { return nil }
        var names = head.headers.makeIterator()
        var values: [ByteBufferView.SubSequence] = []
        var isSame = status.dropFirst(9).starts(with: String(head.status.code).utf8)
        while let line = line(&rest) {
            if line.isEmpty { return isSame && names.next() == nil ? values : [] }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                isSame = false
                continue
            }
            if names.next().map({ line[..<colon].elementsEqual($0.name.utf8) }) != true { isSame = false }
            values.append(trimmed(line[line.index(after: colon)...]))
        }
        return nil
    }

    private static func line(_ rest: inout ByteBufferView.SubSequence) -> ByteBufferView.SubSequence? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = rest[..<end]
        rest = rest[rest.index(after: end)...]
        return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }

    private static func trimmed(_ value: ByteBufferView.SubSequence) -> ByteBufferView.SubSequence {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let value = value.drop(while: isBlank)
        guard let last = value.lastIndex(where: { !isBlank($0) }) else { return value }
        return value[...last]
    }
}
