public import NIOHTTP1

/// Why fields were not changed: `header-error` of WASI.
public enum HTTPFieldError: Error, Sendable, Hashable {
    /// A name or a value is not allowed by RFC 9110.
    case invalidSyntax
    /// The field belongs to the connection, and so to the host.
    case forbidden
    /// The fields cannot be changed.
    case immutable
    /// More bytes than ``HTTPHostLimits/fieldBytes``.
    case sizeExceeded
}

/// Header fields or trailer fields by the rules of `wasi:http/types.fields`.
///
/// Names are compared without regard to case. Fields keep their order, and a name keeps the spelling in which it
/// came first.
public struct HTTPFields: Sendable {
    /// In order.
    public private(set) var entries: [HTTPField] = []
    /// Whether a guest may change them.
    public var isMutable: Bool
    private let bytesMax: Int
    private var bytes = 0

    /// No fields.
    public init(isMutable: Bool = true, limits: HTTPHostLimits = HTTPHostLimits()) {
        self.isMutable = isMutable
        bytesMax = limits.fieldBytes
    }

    /// The fields of a message that came from the network, without those that belong to the connection.
    public init(received headers: HTTPHeaders, limits: HTTPHostLimits = HTTPHostLimits()) {
        self.init(isMutable: false, limits: limits)
        entries.reserveCapacity(headers.count)
        for (name, value) in headers where !HTTPSyntax.isForbidden(name) {
            add(HTTPField(name: name, value: HTTPFieldValue(received: value)))
        }
    }

    /// The fields that a guest lists.
    public init(
        _ list: [HTTPField], limits: HTTPHostLimits = HTTPHostLimits()
    ) throws(HTTPFieldError) {
        self.init(limits: limits)
        // As a rule no name has another spelling before, and the list is taken as it is.
        guard try adopt(list) else {
            for field in list { try append(field.name, field.value) }
            return
        }
    }

    /// Makes a list the entries, without a copy; false, and nothing is changed, where a name has several spellings.
    private mutating func adopt(_ list: [HTTPField]) throws(HTTPFieldError) -> Bool {
        var total = 0
        for (index, field) in list.enumerated() {
            try checkName(field.name)
            guard field.value.isValid else { throw .invalidSyntax }
            let earlier = list[..<index].first { HTTPSyntax.isSameName($0.name, field.name) }
            if let earlier, earlier.name != field.name { return false }
            guard field.countedBytes <= bytesMax - total else { throw .sizeExceeded }
            total += field.countedBytes
        }
        entries = list
        bytes = total
        return true
    }

    /// Whether there are none.
    public var isEmpty: Bool { entries.isEmpty }

    /// Bytes of all names and values, with the overhead of each.
    public var countedBytes: Int { bytes }

    // MARK: - Reading

    /// Whether a field has this name.
    public func has(_ name: String) -> Bool { index(of: name) != nil }

    /// The values of a name, in order.
    public func values(_ name: String) -> [HTTPFieldValue] {
        entries.compactMap { HTTPSyntax.isSameName($0.name, name) ? $0.value : nil }
    }

    /// The first value of a name.
    public func first(_ name: String) -> HTTPFieldValue? { index(of: name).map { entries[$0].value } }

    private func index(of name: String) -> Int? {
        entries.firstIndex { HTTPSyntax.isSameName($0.name, name) }
    }

    // MARK: - Changing, as a guest may

    /// Adds a value.
    public mutating func append(_ name: String, _ value: HTTPFieldValue) throws(HTTPFieldError) {
        try checkName(name)
        guard value.isValid else { throw .invalidSyntax }
        guard isMutable else { throw .immutable }
        try append(checked: name, value)
    }

    /// Replaces all values of a name by others.
    public mutating func set(_ name: String, _ values: [HTTPFieldValue]) throws(HTTPFieldError) {
        try checkName(name)
        guard values.allSatisfy(\.isValid) else { throw .invalidSyntax }
        guard isMutable else { throw .immutable }
        let before = self
        _ = remove(name)
        do throws(HTTPFieldError) {
            for value in values { try append(checked: name, value) }
        } catch {
            self = before
            throw error
        }
    }

    /// Removes all values of a name, and gives them.
    @discardableResult
    public mutating func delete(_ name: String) throws(HTTPFieldError) -> [HTTPFieldValue] {
        try checkName(name)
        guard isMutable else { throw .immutable }
        return remove(name)
    }

    /// A copy that may be changed.
    public var mutableCopy: HTTPFields {
        var copy = self
        copy.isMutable = true
        return copy
    }

    private func checkName(_ name: String) throws(HTTPFieldError) {
        guard HTTPSyntax.isToken(name) else { throw .invalidSyntax }
        guard !HTTPSyntax.isForbidden(name) else { throw .forbidden }
    }

    private mutating func append(checked name: String, _ value: HTTPFieldValue) throws(HTTPFieldError) {
        let spelling = index(of: name).map { entries[$0].name } ?? name
        let field = HTTPField(name: spelling, value: value)
        guard field.countedBytes <= bytesMax - bytes else { throw .sizeExceeded }
        add(field)
    }

    private mutating func add(_ field: HTTPField) {
        bytes += field.countedBytes
        entries.append(field)
    }

    private mutating func remove(_ name: String) -> [HTTPFieldValue] {
        guard has(name) else { return [] }
        var removed: [HTTPFieldValue] = []
        entries.removeAll { field in
            guard HTTPSyntax.isSameName(field.name, name) else { return false }
            removed.append(field.value)
            bytes -= field.countedBytes
            return true
        }
        return removed
    }

    // MARK: - What the host makes of them

    /// With fields that the host adds, unchecked.
    public func appending(_ fields: [HTTPField]) -> HTTPFields {
        var result = self
        for field in fields { result.add(field) }
        return result
    }

    /// The fields for a network library, with values in the form of `FieldText`.
    public var headers: HTTPHeaders {
        var list: [(String, String)] = []
        list.reserveCapacity(entries.count)
        for field in entries { list.append((field.name, field.value.fieldText)) }
        return HTTPHeaders(list)
    }

    /// What `content-length` says.
    public var contentLength: DeclaredLength {
        let values = values("content-length")
        guard let first = values.first else { return .none }
        guard values.allSatisfy({ $0 == first }), let text = first.text, let length = HTTPSyntax.decimal(text)
        else { return .invalid }
        return .bytes(length)
    }

    /// What a message says about the length of its body.
    public enum DeclaredLength: Sendable, Equatable {
        /// Nothing.
        case none
        /// So many bytes.
        case bytes(Int)
        /// Something that is no length, or two lengths.
        case invalid
    }
}
