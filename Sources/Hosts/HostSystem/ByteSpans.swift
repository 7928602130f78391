/// Spans of arrays and back: the one place where bytes of arrays are seen as raw ones.
extension Array where Element == UInt8 {
    /// Lends the bytes for reading.
    package func withRawSpan<Value, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value { try unsafe body(span.bytes) }

    /// Lends the bytes for writing.
    package mutating func withMutableRawSpan<Value, Failure: Error>(
        _ body: (inout MutableRawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var span = mutableSpan
        var bytes = unsafe span.mutableBytes
        return try body(&bytes)
    }
}

extension RawSpan {
    /// The bytes as an array.
    package func copied() -> [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}

extension MutableRawSpan {
    /// Copies an array of as many bytes.
    package mutating func copyBytes(of bytes: [UInt8]) {
        unsafe withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
    }
}
