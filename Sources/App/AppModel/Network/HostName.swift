/// A name of the domain name system, in lower case, without the dot at its end.
///
/// ASCII only: an international name is written in its `xn--` form, so that two spellings of one name cannot differ
/// between the rule and the look-up.
public struct HostName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// Bytes of a name (RFC 1035 §2.3.4).
    public static let bytesMax = 253
    /// Bytes between two dots (RFC 1035 §2.3.4).
    public static let labelBytesMax = 63

    /// A name; `nil` for text that ``problem(in:)`` explains.
    public init?(_ text: some StringProtocol) {
        if Self.problem(in: text) != nil { return nil }
        self.text = Self.withoutLastDot(text).lowercased()
    }

    /// The name.
    public var description: String { text }

    /// Whether it lies beneath `parent`: `a.b.example.com` beneath `example.com`.
    public func isBeneath(_ parent: HostName) -> Bool {
        let own = text.utf8
        let suffix = parent.text.utf8
        guard own.count > suffix.count + 1 else { return false }
        return own.dropFirst(own.count - suffix.count - 1).first == UInt8(ascii: ".")
            && own.suffix(suffix.count).elementsEqual(suffix)
    }

    /// Why `text` is no name, as the end of a sentence that begins with it; `nil` when it is one.
    public static func problem(in text: some StringProtocol) -> String? {
        let name = withoutLastDot(text)
        let bytes = name.utf8
        if bytes.isEmpty { return "is empty" }
        if bytes.count > bytesMax { return "is longer than \(bytesMax) bytes" }
        if !bytes.allSatisfy({ $0 < 0x80 }) {
            return "has characters beyond ASCII; write the name in its xn-- form"
        }
        guard bytes.allSatisfy(isNameByte) else { return "has a character that no host name has" }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if labels.contains(where: \.isEmpty) { return "has two dots in a row" }
        if labels.contains(where: { $0.count > labelBytesMax }) {
            return "has a part longer than \(labelBytesMax) bytes"
        }
        if let last = labels.last, isNumber(last) {
            return
                "ends in a number, but is not an address in dotted decimal (four numbers, no leading zeros)"
        }
        return nil
    }

    private static func withoutLastDot(_ text: some StringProtocol) -> Substring {
        let text = Substring(text)
        return text.utf8.last == UInt8(ascii: ".") ? text.dropLast() : text
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    // What some resolvers read as a part of an address: decimal, octal, hexadecimal.
    private static func isNumber(_ label: Substring.UTF8View.SubSequence) -> Bool {
        if label.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        guard label.count >= 2, label.first == 0x30, label.dropFirst().first.map({ $0 | 0x20 }) == 0x78 else {
            return false
        }
        return label.dropFirst(2).allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20)
        }
    }
}
