extension OutboundPattern {
    /// Reads `scheme://host[:port]`; a slash may follow.
    ///
    /// - Throws: a sentence that says what is wrong, for a reader who sees the entry.
    public init(_ written: String) throws(OutboundPatternError) {
        let text = written.trimmingBlanks
        if ["*", "insecure:allow-all"].contains(text) {
            throw .init(sentence: "not allowed; write \"*://*:*\" to allow every host")
        }
        guard text.utf8.count <= Self.bytesMax else {
            throw .init(sentence: "longer than \(Self.bytesMax) bytes")
        }
        guard let separator = text.firstRange(of: "://") else {
            throw .init(sentence: "must be scheme://host[:port], as in \"https://example.com\"")
        }
        let schemeText = String(text[..<separator.lowerBound])
        var rest = text[separator.upperBound...]
        if rest.hasSuffix("/") { rest.removeLast() }
        let scheme = try Self.scheme(schemeText)
        let (hostText, portText) = try Self.split(rest)
        let host = try Self.host(hostText)
        let ports = try Self.ports(portText, scheme: schemeText.lowercased(), host: host)
        self.init(scheme: scheme, host: host, ports: ports, text: text)
    }

    /// Bytes of an entry: a name's limit with room for the rest.
    private static let bytesMax = 512

    private static func scheme(_ text: String) throws(OutboundPatternError) -> Scheme {
        if text == "*" { return .any }
        if text.hasPrefix("{") {
            throw .init(sentence: "lists of schemes are not supported; write one entry for each scheme")
        }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) }) else {
            throw .init(sentence: "the scheme must be \"*\" or letters, not \"\(shown(text))\"")
        }
        return .named(text.lowercased())
    }

    // Where the host ends. A version 6 address or block may stand without brackets where that is clear.
    private static func split(
        _ text: Substring
    ) throws(OutboundPatternError) -> (host: Substring, port: Substring?) {
        if AddressBlock(text) != nil { return (text, nil) }
        let bracket = text.hasPrefix("[") ? text.firstIndex(of: "]") : nil
        let start = bracket.map { text.index(after: $0) } ?? text.startIndex
        let colon = bracket == nil ? text.lastIndex(of: ":") : text[start...].firstIndex(of: ":")
        let host = text[..<(colon ?? text.endIndex)]
        let port = colon.map { text[text.index(after: $0)...] }
        if host.contains("/") || port?.contains("/") == true, AddressBlock(host) == nil {
            throw .init(
                sentence: "must be scheme://host[:port] without a path, as in \"https://example.com\"")
        }
        // `host:` has the usual port.
        return (host, port?.isEmpty == true ? nil : port)
    }

    private static func host(_ text: Substring) throws(OutboundPatternError) -> Host {
        if text.isEmpty { throw .init(sentence: "the host is missing, as in \"https://example.com\"") }
        if text == "*" { return .any }
        if text == "self" || text == "self.alt" { return .application }
        if text.hasPrefix("{") {
            throw .init(sentence: "lists of hosts are not supported; write one entry for each host")
        }
        if let block = AddressBlock(text) { return .addresses(block) }
        let name = text.hasPrefix("*.") ? text.dropFirst(2) : text
        if name.contains("*") {
            throw .init(
                sentence:
                    "\"*\" may stand for the whole host or for its first label, as in \"*.example.com\"")
        }
        if let problem = OutboundHost.problem(in: name) {
            throw .init(sentence: "\"\(shown(name))\" is not the name of a host: it \(problem)")
        }
        guard let hostName = HostName(name) else {
            throw .init(sentence: "\"*.\" needs a name after it, as in \"*.example.com\"")
        }
        return text.hasPrefix("*.") ? .beneath(hostName) : .name(hostName)
    }

    private static func ports(
        _ text: Substring?, scheme: String, host: Host
    ) throws(OutboundPatternError) -> ClosedRange<UInt16> {
        guard let text else {
            if let port = usualPort(of: scheme) { return port...port }
            throw .init(
                sentence:
                    "the port is missing; only http, https, postgres, mysql, redis and mqtt have a usual one")
        }
        if text == "*" { return 0...UInt16.max }
        let ends = text.split(separator: "..", omittingEmptySubsequences: false).map(port)
        if ends.count == 1, let port = ends[0] { return port...port }
        if ends.count == 2, let low = ends[0], let high = ends[1], low < high { return low...(high - 1) }
        throw .init(sentence: "the port must be a number, a range such as 8000..8100, or \"*\"")
    }

    // Not `UInt16.init`, which also takes a sign.
    private static func port(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt16(text) : nil
    }

    private static func shown(_ text: some StringProtocol) -> String {
        let scalars = text.unicodeScalars.prefix(80).map {
            $0.properties.isWhitespace || $0.value < 0x20 ? "\u{FFFD}" : $0
        }
        return String(String.UnicodeScalarView(scalars)) + (text.unicodeScalars.count > 80 ? "…" : "")
    }
}

extension String {
    /// Without blanks at its ends.
    fileprivate var trimmingBlanks: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
