/// Values of HTTP fields as strings, where they have bytes that are not UTF-8 (obs-text, RFC 9110 §5.5).
///
/// Libraries for HTTP keep values as strings, and a Swift string holds UTF-8 only. So in a value that is not UTF-8 each
/// byte beyond ASCII stands as the scalar U+10FF00 + byte, in a private plane that nobody gives a meaning. A value that has
/// such scalars itself is written in the same way. Nothing but bytes from 0x80 to 0xFF can come out of such a scalar, so a
/// string that was checked for control characters stands for bytes without them.
public enum FieldText {
    /// The string for a value of these bytes.
    public static func text(of bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), self.bytes(of: text) == nil { return text }
        return written(bytes)
    }

    /// The bytes that a string stands for, where it is not itself what it stands for.
    public static func bytes(of text: String) -> [UInt8]? {
        guard mayHaveBytes(text), text.unicodeScalars.contains(where: { byte($0) != nil }) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if let byte = byte(scalar) { bytes.append(byte) } else { bytes += String(scalar).utf8 }
        }
        return bytes
    }

    /// The string for a value that a library gives as it came, so that no scalar of it is taken for a byte.
    public static func text(of received: String) -> String {
        bytes(of: received) == nil ? received : written(received.utf8)
    }

    private static func written(_ bytes: some Collection<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes {
            text.append(
                byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(firstScalar + UInt32(byte)) ?? "?")
        }
        return String(text)
    }

    private static let firstScalar: UInt32 = 0x10FF00

    private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        scalar.value >= firstScalar + 0x80 && scalar.value <= firstScalar + 0xFF
            ? UInt8(truncatingIfNeeded: scalar.value) : nil
    }

    // All scalars of that plane begin so in UTF-8.
    @inline(__always)
    private static func mayHaveBytes(_ text: String) -> Bool { text.utf8.contains(0xf4) }
}
