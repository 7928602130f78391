import NIOCore

@testable import WASIHTTP

/// An exchange that keeps what it is told, and gives what a test puts in.
final class FakeExchange: IncomingExchange {
    let depth = 0
    var method = RequestMethod.get
    var scheme = RequestScheme.http
    var authority: String? = "a"
    var pathWithQuery: String? = "/"
    var fields = HTTPFields(isMutable: false)
    var pieces: [BodyPiece] = []
    var onReadable: (() -> Void)?
    var onWritable: (() -> Void)?
    var hasRoom = true
    var isBodyClosed = false

    /// What was sent, in order.
    var events: [String] = []

    func readBody(upTo limit: Int) -> BodyPiece {
        guard !pieces.isEmpty else { return .pending }
        return pieces.removeFirst()
    }

    func writeBody(_ bytes: ByteBuffer) -> Bool {
        events.append("write \(String(buffer: bytes))")
        return hasRoom
    }

    func finishBody(trailers: HTTPFields?) {
        events.append("finish" + (trailers.map { " " + Self.text($0) } ?? ""))
    }

    func abortBody(_ reason: HTTPErrorCode) { events.append("abort") }

    func sendInformational(_ status: UInt16, _ fields: HTTPFields) {
        events.append("interim \(status) \(Self.text(fields))")
    }

    func sendHead(_ status: UInt16, _ fields: HTTPFields) {
        events.append("head \(status) \(Self.text(fields))")
    }

    func respond(_ status: UInt16, _ fields: HTTPFields, body: ByteBuffer) {
        events.append("respond \(status) \(Self.text(fields)) \(String(buffer: body))")
    }

    private static func text(_ fields: HTTPFields) -> String {
        "[\(fields.entries.map { "\($0.name): \($0.value.text ?? "?")" }.joined(separator: ", "))]"
    }
}
