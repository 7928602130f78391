/// A component as its sections, nested components opened, for changes that keep the frame intact.
struct SectionTree: Sendable {
    enum Content: Sendable {
        case bytes([UInt8])
        case component(SectionTree)
    }

    struct Section: Sendable {
        var number: UInt8
        var content: Content
    }

    var sections: [Section]

    static let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]

    /// Nil where the bytes have no such frame.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.starts(with: Self.preamble) else { return nil }
        sections = []
        var rest = bytes.dropFirst(Self.preamble.count)
        while let number = rest.popFirst() {
            guard let length = Self.number(from: &rest), length <= rest.count else { return nil }
            let payload = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            let content = number == 4 ? SectionTree(payload).map(Content.component) : nil
            sections.append(Section(number: number, content: content ?? .bytes(Array(payload))))
        }
    }

    /// The binary.
    var bytes: [UInt8] {
        sections.reduce(into: Self.preamble) { result, section in
            let payload: [UInt8] =
                switch section.content {
                case .bytes(let bytes): bytes
                case .component(let tree): tree.bytes
                }
            result.append(section.number)
            result += Self.leb(UInt64(payload.count))
            result += payload
        }
    }

    /// Changes this component, or one in it.
    mutating func changeOne(
        _ random: inout Mutations, _ change: (inout SectionTree, inout Mutations) -> Void
    ) {
        let nested = sections.indices.filter {
            if case .component = sections[$0].content { true } else { false }
        }
        if let place = nested.randomElement(using: &random), Bool.random(using: &random),
            case .component(var tree) = sections[place].content
        {
            tree.changeOne(&random, change)
            sections[place].content = .component(tree)
        } else {
            change(&self, &random)
        }
    }

    static func leb(_ number: UInt64) -> [UInt8] {
        var rest = number
        var result: [UInt8] = []
        repeat {
            let byte = UInt8(rest & 0x7f)
            rest >>= 7
            result.append(rest == 0 ? byte : byte | 0x80)
        } while rest != 0
        return result
    }

    private static func number(from bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 35, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            result |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return result }
        }
        return nil
    }
}
