/// Addresses that share their first bits, such as `10.0.0.0/8`; a single address is a block with all of them.
public struct AddressBlock: Sendable, Hashable, CustomStringConvertible {
    /// The first address.
    public let first: IPAddress
    /// How many leading bits are shared: at most 32 or 128.
    public let prefixLength: Int

    /// The block that `address` lies in; `nil` when the length is not possible.
    public init?(_ address: IPAddress, prefixLength: Int) {
        var length = prefixLength
        switch address {
        case .v4: guard (0...32).contains(length) else { return nil }
        case .v6: guard (0...128).contains(length) else { return nil }
        }
        // A block of mapped addresses is one of version 4.
        if case .v4(let bits) = address.canonical, address.isVersion6, length >= 96 {
            length -= 96
            first = .v4(bits & Self.mask4(length))
        } else {
            switch address {
            case .v4(let bits): first = .v4(bits & Self.mask4(length))
            case .v6(let bits): first = .v6(bits & Self.mask6(length))
            }
        }
        self.prefixLength = length
    }

    /// One address.
    public init(_ address: IPAddress) {
        first = address.canonical
        prefixLength = first.isVersion6 ? 128 : 32
    }

    /// Reads `192.0.2.0/24`, `192.0.2.1`, `2001:db8::/32`, `[2001:db8::]/32`, `[2001:db8::/32]` and `[::1]`.
    /// Bits beyond the length are cleared.
    public init?(_ text: some StringProtocol) {
        var text = Substring(text)
        if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
            let inside = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard inside.contains(":"), rest.isEmpty || (rest.hasPrefix("/") && !inside.contains("/")) else {
                return nil
            }
            text = inside + rest
        }
        guard let slash = text.firstIndex(of: "/") else {
            guard let address = IPAddress(text) else { return nil }
            self.init(address)
            return
        }
        let digits = text[text.index(after: slash)...]
        guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(digits), let address = IPAddress(text[..<slash])
        else { return nil }
        self.init(address, prefixLength: length)
    }

    /// Whether an address lies in it. A mapped address counts as the version 4 address that it stands for.
    public func contains(_ address: IPAddress) -> Bool {
        switch (first, address.canonical) {
        case (.v4(let start), .v4(let bits)): bits & Self.mask4(prefixLength) == start
        case (.v6(let start), .v6(let bits)): bits & Self.mask6(prefixLength) == start
        default: false
        }
    }

    /// `10.0.0.0/8`.
    public var description: String { "\(first)/\(prefixLength)" }

    private static func mask4(_ length: Int) -> UInt32 { length == 0 ? 0 : ~0 << UInt32(32 - length) }
    private static func mask6(_ length: Int) -> UInt128 { length == 0 ? 0 : ~0 << UInt128(128 - length) }
}
