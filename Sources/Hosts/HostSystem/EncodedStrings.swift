/// Arguments or environment variables the way a guest takes them: one after the other, each ended by a zero byte.
public struct EncodedStrings: Sendable {
    /// All strings with their zero bytes.
    public private(set) var bytes: [UInt8] = []
    /// Where each one begins in `bytes`.
    public private(set) var offsets: [UInt32] = []

    /// No strings, with room for some.
    public init(reservingBytes byteCount: Int = 0, strings: Int = 0) {
        bytes.reserveCapacity(byteCount)
        offsets.reserveCapacity(strings)
    }

    /// These strings.
    ///
    /// - Throws: `invalid` where one has a zero byte in it, `argumentListTooLong` past a limit.
    public init(_ strings: [String], limits: HostSystemLimits = HostSystemLimits()) throws(HostError) {
        for string in strings { try append(string) }
        try check(limits)
    }

    /// Variables, as `name=value`.
    ///
    /// - Throws: `invalid` for a zero byte, an empty name or `=` in a name; `argumentListTooLong` past a limit.
    public init(
        variables: [(name: String, value: String)], limits: HostSystemLimits = HostSystemLimits()
    ) throws(HostError) {
        for variable in variables { try append(name: variable.name, value: variable.value) }
        try check(limits)
    }

    /// All strings, without their zero bytes.
    public var strings: [String] {
        offsets.indices.map { index in
            let end = index + 1 < offsets.count ? Int(offsets[index + 1]) : bytes.count
            return String(decoding: bytes[Int(offsets[index])..<(end - 1)], as: UTF8.self)
        }
    }

    /// All strings, split at their first `=`.
    public var variables: [(name: String, value: String)] {
        strings.map { string in
            let parts = string.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
        }
    }

    /// How many there are.
    public var count: Int { offsets.count }

    /// Adds one string.
    public mutating func append(_ string: String) throws(HostError) {
        let offset = UInt32(truncatingIfNeeded: bytes.count)
        guard SystemCall.append(string, to: &bytes) else { throw .invalid }
        offsets.append(offset)
    }

    /// Adds one variable.
    public mutating func append(name: String, value: String) throws(HostError) {
        let offset = UInt32(truncatingIfNeeded: bytes.count)
        guard SystemCall.append(name: name, value: value, to: &bytes) else { throw .invalid }
        offsets.append(offset)
    }

    /// Adds one variable whose value may be anything but text.
    public mutating func append(name: String, bytes value: [UInt8]) throws(HostError) {
        guard !value.contains(0) else { throw .invalid }
        try append(name: name, value: "")
        bytes.removeLast()
        bytes += value
        bytes.append(0)
    }

    func check(_ limits: HostSystemLimits) throws(HostError) {
        if bytes.count > limits.stringBytes || offsets.count > limits.strings { throw .argumentListTooLong }
    }
}
