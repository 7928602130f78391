import AppModel

/// The value of a header field or trailer field: bytes, nearly always text.
public struct HTTPFieldValue: Sendable, Hashable {
    // Text of up to 15 bytes needs no memory of its own; an array always does.
    private enum Storage: Sendable, Hashable {
        case text(String)
        /// Not UTF-8, or text that is not written as it is: see `FieldText`.
        case bytes([UInt8])
    }

    private let storage: Storage

    /// A value of text.
    public init(_ text: String) { storage = .text(text) }

    /// A value of any bytes.
    public init(bytes: RawSpan) {
        storage = unsafe bytes.withUnsafeBytes { buffer in
            // Nearly all are ASCII, which needs no more of a check.
            if unsafe buffer.allSatisfy({ $0 < 0x80 }) { return .text(unsafe Self.ascii(buffer)) }
            if let text = unsafe String(validating: buffer, as: UTF8.self), FieldText.bytes(of: text) == nil {
                return .text(text)
            }
            return unsafe .bytes(Array(buffer))
        }
    }

    private static func ascii(_ bytes: UnsafeRawBufferPointer) -> String {
        unsafe String(unsafeUninitializedCapacity: bytes.count) { target in
            unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
            return bytes.count
        }
    }

    /// A value of a message that came from the network, in the form of `FieldText`.
    public init(received text: String) {
        storage = FieldText.bytes(of: text).map { .bytes($0) } ?? .text(text)
    }

    /// The value as text; nil for bytes that are not UTF-8.
    public var text: String? {
        switch storage {
        case .text(let text): text
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        }
    }

    /// The value in the form of `FieldText`, for a network library.
    public var fieldText: String {
        switch storage {
        case .text(let text): text
        case .bytes(let bytes): FieldText.text(of: bytes)
        }
    }

    /// How many bytes.
    public var byteCount: Int {
        switch storage {
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }

    /// Copies the bytes to `target`, which has room for exactly so many.
    public func copy(to target: inout MutableRawSpan) {
        unsafe target.withUnsafeMutableBytes { target in
            switch storage {
            case .text(let text): unsafe Self.copy(text, target)
            case .bytes(let bytes): unsafe target.copyBytes(from: bytes)
            }
        }
    }

    private static func copy(_ text: String, _ target: UnsafeMutableRawBufferPointer) {
        var text = text
        text.withUTF8 { unsafe target.copyBytes(from: $0) }
    }

    /// Whether it is a field value by RFC 9110 §5.5: no controls but the tab.
    var isValid: Bool {
        switch storage {
        case .text(let text): text.utf8.allSatisfy(HTTPSyntax.isFieldValueByte)
        case .bytes(let bytes): bytes.allSatisfy(HTTPSyntax.isFieldValueByte)
        }
    }
}

/// One header field or trailer field.
public struct HTTPField: Sendable, Hashable {
    /// The name, as it was first spelled.
    public let name: String
    /// The value.
    public let value: HTTPFieldValue

    /// A field, not checked.
    public init(name: String, value: HTTPFieldValue) {
        self.name = name
        self.value = value
    }

    var countedBytes: Int { name.utf8.count + value.byteCount + HTTPHostLimits.fieldOverhead }
}
