/// Changes of components, repeatable from a seed: of bytes without regard to what they are, and of the structure.
struct ComponentMutator: Sendable {
    private let binaries: [[UInt8]]
    private let trees: [SectionTree]
    /// Valid components, which stay valid more often.
    private let sound: [Int]

    init(_ cases: [ConformanceScripts.Case]) {
        let framed = cases.compactMap { item in SectionTree(item.bytes[...]).map { (item, $0) } }
        binaries = framed.map(\.0.bytes)
        trees = framed.map(\.1)
        sound = framed.indices.filter { framed[$0].0.expectation == .valid }
    }

    /// One changed component.
    func next(_ random: inout Mutations) -> [UInt8] {
        let isGentle = Int.random(in: 0..<3, using: &random) == 0
        let candidates = isGentle ? sound : Array(trees.indices)
        guard let seed = candidates.randomElement(using: &random) else { return [] }
        if !isGentle, Int.random(in: 0..<3, using: &random) == 0 {
            return rawChange(binaries[seed], &random)
        }
        var tree = trees[seed]
        for _ in 0..<Self.changes(&random) {
            tree.changeOne(&random) { tree, random in
                if !isGentle, Int.random(in: 0..<4, using: &random) == 0 {
                    sectionChange(&tree, &random)
                } else {
                    payloadChange(&tree, isGentle: isGentle, &random)
                }
            }
        }
        return tree.bytes
    }

    private static func changes(_ random: inout Mutations) -> Int {
        [1, 1, 1, 2, 3].randomElement(using: &random) ?? 1
    }

    /// Bytes changed, cut off, or continued with those of another component.
    private func rawChange(_ bytes: [UInt8], _ random: inout Mutations) -> [UInt8] {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        case 1:
            guard let other = binaries.randomElement(using: &random) else { return bytes }
            let tail = other.suffix(Int.random(in: 0...other.count, using: &random))
            return Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))) + tail
        default: return random.mutate(bytes)
        }
    }

    /// Sections repeated, removed, swapped, joined, or taken from another component.
    private func sectionChange(_ tree: inout SectionTree, _ random: inout Mutations) {
        guard let place = tree.sections.indices.randomElement(using: &random) else { return }
        let other = Int.random(in: tree.sections.indices, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: tree.sections.insert(tree.sections[place], at: other)
        case 1: tree.sections.remove(at: place)
        case 2: tree.sections.swapAt(place, other)
        case 3: join(&tree, place)
        default:
            let donor = trees.randomElement(using: &random)?.sections.randomElement(using: &random)
            guard let donor else { return }
            tree.sections.insert(donor, at: Int.random(in: 0...tree.sections.count, using: &random))
        }
    }

    /// Two neighbours of the same number as one section.
    private func join(_ tree: inout SectionTree, _ place: Int) {
        guard place + 1 < tree.sections.count,
            tree.sections[place].number == tree.sections[place + 1].number,
            case .bytes(var first) = tree.sections[place].content,
            case .bytes(let second) = tree.sections[place + 1].content,
            let count = first.first, let more = second.first, Int(count) + Int(more) < 0x80
        else { return }
        first[0] = count + more
        tree.sections[place].content = .bytes(first + second.dropFirst())
        tree.sections.remove(at: place + 1)
    }

    /// Bytes of one section changed; the frame around it follows.
    private func payloadChange(_ tree: inout SectionTree, isGentle: Bool, _ random: inout Mutations) {
        let places = tree.sections.indices.filter { place in
            guard case .bytes(let bytes) = tree.sections[place].content else { return false }
            let isModule = tree.sections[place].number == 1
            return !bytes.isEmpty && (!isModule || Int.random(in: 0..<10, using: &random) == 0)
        }
        guard let place = places.randomElement(using: &random),
            case .bytes(var bytes) = tree.sections[place].content
        else { return }
        let index = Int.random(in: bytes.indices, using: &random)
        switch isGentle ? Int.random(in: 0..<4, using: &random) : Int.random(in: 0..<11, using: &random) {
        case 0: bytes[index] &+= 1
        case 1: bytes[index] &-= 1
        case 2: bytes[index] = UInt8.random(in: 0..<8, using: &random)
        case 3, 4: bytes[index] = Self.opcodes.randomElement(using: &random) ?? 0
        case 5: bytes.remove(at: index)
        case 6: bytes.insert(Self.opcodes.randomElement(using: &random) ?? 0, at: index)
        case 7: bytes.swapAt(index, Int.random(in: bytes.indices, using: &random))
        case 8: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 9: bytes.replaceSubrange(index...index, with: longer(bytes[index], &random))
        default:
            let end = Int.random(in: index...bytes.count, using: &random)
            bytes.insert(contentsOf: bytes[index..<end], at: index)
        }
        tree.sections[place].content = .bytes(bytes)
    }

    /// Another number in LEB128: the same one in too many bytes, or one near a border.
    private func longer(_ byte: UInt8, _ random: inout Mutations) -> [UInt8] {
        guard Bool.random(using: &random) else {
            let padding = Int.random(in: 0...4, using: &random)
            return [byte | 0x80] + [UInt8](repeating: 0x80, count: padding) + [0]
        }
        let borders: [UInt64] = [127, 128, 1 << 14, 1 << 28, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32]
        return SectionTree.leb(borders.randomElement(using: &random) ?? 0)
    }

    /// Bytes that open a type, a sort, an option or a built-in.
    private static let opcodes: [UInt8] =
        Array(0...0x15) + Array(0x1c...0x2d) + Array(0x3f...0x43)
        + [0x50, 0x5e, 0x5f, 0x60] + Array(0x63...0x7f)
}
