/// A core module's sections, and what its imports and exports are.
struct ModuleParts {
    struct Import {
        var kind: CoreKind
        /// The type index of a function.
        var type: UInt32 = 0
    }

    struct Export {
        var kind: CoreKind
        var index: UInt32
    }

    let binary: [UInt8]
    private(set) var imports: [Import] = []
    private(set) var exports: [String: Export] = [:]
    private var sections: [UInt8: Range<Int>] = [:]
    private var nameSection: Range<Int>?

    private static let preambleCount = 8
    /// Types, imports, functions, tables, memories, globals, exports, elements, code, data and their count.
    private static let known: Set<UInt8> = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12]

    init(_ binary: [UInt8]) throws(Unmergeable) {
        self.binary = binary
        var reader = WasmReader(binary, Self.preambleCount..<max(Self.preambleCount, binary.count))
        while !reader.isAtEnd {
            let id = try reader.byte()
            let range = try reader.range(try reader.count())
            if id == 0 {
                var custom = WasmReader(binary, range)
                if try custom.name() == "name" { nameSection = custom.offset..<range.upperBound }
                continue
            }
            guard Self.known.contains(id), sections.updateValue(range, forKey: id) == nil else {
                throw Unmergeable()
            }
        }
        try readImports()
        try readExports()
    }

    /// The items of a section, after their number.
    func section(_ id: UInt8) throws(Unmergeable) -> (count: Int, reader: WasmReader)? {
        guard let range = sections[id] else { return nil }
        var reader = WasmReader(binary, range)
        return (try reader.count(), reader)
    }

    private mutating func readImports() throws(Unmergeable) {
        guard var (count, reader) = try section(2) else { return }
        while count > 0 {
            count -= 1
            _ = try reader.name()
            _ = try reader.name()
            guard let kind = CoreKind(rawValue: try reader.byte()) else { throw Unmergeable() }
            var item = Import(kind: kind)
            switch kind {
            case .function: item.type = try reader.u32()
            case .table:
                try reader.skipValueType()
                try Self.skipLimits(&reader)
            case .memory: try Self.skipLimits(&reader)
            case .global:
                try reader.skipValueType()
                try reader.skip(1)
            }
            imports.append(item)
        }
        guard reader.isAtEnd else { throw Unmergeable() }
    }

    private mutating func readExports() throws(Unmergeable) {
        guard var (count, reader) = try section(7) else { return }
        while count > 0 {
            count -= 1
            let name = try reader.name()
            guard let kind = CoreKind(rawValue: try reader.byte()) else { throw Unmergeable() }
            let export = Export(kind: kind, index: try reader.u32())
            guard exports.updateValue(export, forKey: name) == nil else { throw Unmergeable() }
        }
        guard reader.isAtEnd else { throw Unmergeable() }
    }

    /// Passes limits of memories and tables that are not shared and have pages of the usual size.
    static func skipLimits(_ reader: inout WasmReader) throws(Unmergeable) {
        let flags = try reader.byte()
        guard flags & ~0x05 == 0 else { throw Unmergeable() }
        try reader.skipNumber(10)
        if flags & 0x01 != 0 { try reader.skipNumber(10) }
    }

    /// Names of the module and of its functions, as far as its name section is well-formed; it has no meaning to the
    /// engine otherwise.
    func names() -> (module: String?, functions: [(index: UInt32, name: Range<Int>)]) {
        guard let nameSection else { return (nil, []) }
        var module: String?
        var functions: [(index: UInt32, name: Range<Int>)] = []
        var reader = WasmReader(binary, nameSection)
        do throws(Unmergeable) {
            while !reader.isAtEnd {
                let id = try reader.byte()
                var part = WasmReader(binary, try reader.range(try reader.count()))
                if id == 0 { module = try part.name() }
                guard id == 1 else { continue }
                for _ in 0..<(try part.count()) {
                    let index = try part.u32()
                    functions.append((index, try part.range(try part.count())))
                }
            }
        } catch {
            return (module, [])
        }
        return (module, functions)
    }
}
