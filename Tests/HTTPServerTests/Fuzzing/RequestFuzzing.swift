@testable import HTTPServer

/// What the fuzzer does with its bytes here, by the name of the target. A test runs the same over committed inputs.
enum RequestFuzzing {
    static let targets: [String: @Sendable ([UInt8]) -> String?] = ["http1": http1]

    /// Limits that small inputs reach.
    private static let tight = {
        var limits = HTTPServerLimits()
        limits.headerCount = 6
        limits.headerBytes = 160
        limits.targetBytes = 24
        limits.chunkLineBytes = 12
        limits.bodyBytes = 96
        return limits
    }()

    /// Reads the requests of a connection. The first byte says how they are cut into packets.
    @Sendable static func http1(_ bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return nil }
        let text = Array(bytes.dropFirst())
        let limits = first & 0x80 == 0 ? HTTPServerLimits() : tight
        let whole = ReferenceReader.readStrictly(text, step: max(text.count, 1), limits: limits)
        let pieces = ReferenceReader.readStrictly(text, step: 1 + Int(first & 0x7f), limits: limits)
        guard whole == pieces else { return "packets change what is read: \(whole as Any), \(pieces as Any)" }
        guard let whole, !whole.isEmpty, let theirs = ReferenceReader.readWithNIO(text) else { return nil }
        return theirs == whole ? nil : "NIO's reader reads \(theirs) and not \(whole)"
    }
}
