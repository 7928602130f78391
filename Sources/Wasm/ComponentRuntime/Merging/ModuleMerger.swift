/// Makes one core module of several that are instantiated one after the other.
///
/// The merged module does what the instances did: each module's functions, tables, memories, globals and segments are
/// there once, and what was imported from another instance is referred to directly. Instantiation fills tables before
/// memories, for all modules; that cannot be told from one after the other, because segments run no code and one that
/// does not fit ends everything. Start functions are not merged: whoever merges calls them afterwards.
struct ModuleMerger {
    /// Where an import of a module comes from.
    enum Source: Hashable {
        /// A function of the host, by a number that the caller chose.
        case host(Int)
        /// An export of an instance that was added before, by its number here.
        case export(Int, String)
    }

    /// Numbers of the host's functions, in the order in which the merged module imports them.
    private(set) var hostFunctions: [Int] = []
    private(set) var memoryCount = 0
    private(set) var tableCount = 0
    private(set) var byteCount = 0

    private var hostTypes: [UInt32] = []
    private var hostIndices: [Int: UInt32] = [:]
    private var added: [Added] = []
    private var typeCount: UInt32 = 0
    private var definedFunctionCount: UInt32 = 0
    private var hasDataCount = false
    private var referenced: Set<UInt32> = []
    private var sections: [UInt8: Items] = [:]
    private var functionNames: [UInt32: [UInt8]] = [:]

    private struct Added {
        var exports: [String: ModuleParts.Export]
        var map: IndexMap
    }

    private struct Items {
        var count: UInt32 = 0
        var bytes: [UInt8] = []
    }

    /// A merger for modules that import these functions of the host altogether. Imports come first in the index space,
    /// so all must be known before.
    init(hostFunctions: [Int]) {
        self.hostFunctions = hostFunctions
        hostTypes = Array(repeating: 0, count: hostFunctions.count)
        for (index, number) in hostFunctions.enumerated() { hostIndices[number] = UInt32(index) }
    }

    /// Adds a module, with the source of each of its imports in order.
    mutating func add(_ binary: [UInt8], _ sources: [Source]) throws(Unmergeable) {
        let parts = try ModuleParts(binary)
        guard parts.imports.count == sources.count else { throw Unmergeable() }
        var map = IndexMap()
        map.types.base = typeCount
        try addTypes(parts, &map)
        for (item, source) in zip(parts.imports, sources) {
            switch source {
            case .host(let number):
                guard item.kind == .function, let index = hostIndices[number] else { throw Unmergeable() }
                hostTypes[Int(index)] = try map.types.new(item.type)
                map.functions.append(index)
            case .export(let instance, let name):
                guard let export = added[instance].exports[name], export.kind == item.kind else {
                    throw Unmergeable()
                }
                map[item.kind].append(try added[instance].map.new(export.kind, export.index))
            }
        }
        try addFunctions(parts, &map)
        try addTablesAndMemories(parts, &map)
        try addGlobals(parts, &map)
        map.elements = IndexMap.Shift(base: count(9), count: UInt32(try parts.section(9)?.count ?? 0))
        map.data = IndexMap.Shift(base: count(11), count: UInt32(try parts.section(11)?.count ?? 0))
        if try parts.section(12) != nil { hasDataCount = true }
        try addElements(parts, map)
        try addCode(parts, map)
        try addData(parts, map)
        addNames(parts, map)
        byteCount += binary.count
        added.append(Added(exports: parts.exports, map: map))
    }

    private func count(_ id: UInt8) -> UInt32 { sections[id]?.count ?? 0 }

    private mutating func append(_ id: UInt8, _ count: Int, _ bytes: some Collection<UInt8>) {
        sections[id, default: Items()].count += UInt32(count)
        sections[id, default: Items()].bytes.append(contentsOf: bytes)
    }

    // MARK: - Declarations

    private mutating func addTypes(_ parts: ModuleParts, _ map: inout IndexMap) throws(Unmergeable) {
        guard let (count, start) = try parts.section(1) else { return }
        var reader = start
        for _ in 0..<count {
            // Function types only; their value types have no indices in them.
            guard try reader.byte() == 0x60 else { throw Unmergeable() }
            for _ in 0..<2 {
                for _ in 0..<(try reader.count()) { try reader.skipValueType() }
            }
        }
        try finish(1, count, start, reader, parts)
        map.types.count = UInt32(count)
        typeCount += UInt32(count)
    }

    /// Takes a section's items over as they are.
    private mutating func finish(
        _ id: UInt8, _ count: Int, _ start: WasmReader, _ end: WasmReader, _ parts: ModuleParts
    ) throws(Unmergeable) {
        guard end.isAtEnd else { throw Unmergeable() }
        append(id, count, parts.binary[start.offset..<end.offset])
    }

    private mutating func addFunctions(
        _ parts: ModuleParts, _ map: inout IndexMap
    ) throws(Unmergeable) {
        guard let (count, start) = try parts.section(3) else { return }
        var reader = start
        var bytes: [UInt8] = []
        let first = UInt32(hostFunctions.count) + definedFunctionCount
        for index in 0..<UInt32(count) {
            bytes.append(leb: try map.types.new(try reader.u32()))
            map.functions.append(first + index)
        }
        guard reader.isAtEnd else { throw Unmergeable() }
        definedFunctionCount += UInt32(count)
        append(3, count, bytes)
    }

    private mutating func addTablesAndMemories(
        _ parts: ModuleParts, _ map: inout IndexMap
    ) throws(Unmergeable) {
        if let (count, start) = try parts.section(4) {
            var reader = start
            for _ in 0..<count {
                try reader.skipValueType()
                try ModuleParts.skipLimits(&reader)
                map.tables.append(UInt32(tableCount))
                tableCount += 1
            }
            try finish(4, count, start, reader, parts)
        }
        if let (count, start) = try parts.section(5) {
            var reader = start
            for _ in 0..<count {
                try ModuleParts.skipLimits(&reader)
                map.memories.append(UInt32(memoryCount))
                memoryCount += 1
            }
            try finish(5, count, start, reader, parts)
        }
    }

    private mutating func addGlobals(_ parts: ModuleParts, _ map: inout IndexMap) throws(Unmergeable) {
        guard let (count, reader) = try parts.section(6) else { return }
        let first = self.count(6)
        var rewriter = InstructionRewriter(reader, map)
        for index in 0..<UInt32(count) {
            try rewriter.reader.skipValueType()
            try rewriter.reader.skip(1)
            try rewriter.expression()
            map.globals.append(first + index)
            rewriter.map.globals.append(first + index)
        }
        try finish(6, count, rewriter)
    }

    private mutating func finish(
        _ id: UInt8, _ count: Int, _ rewriter: InstructionRewriter
    ) throws(Unmergeable) {
        guard rewriter.reader.isAtEnd else { throw Unmergeable() }
        append(id, count, rewriter.output)
        referenced.formUnion(rewriter.referenced)
    }

    // MARK: - Segments

    private mutating func addElements(_ parts: ModuleParts, _ map: IndexMap) throws(Unmergeable) {
        guard let (count, reader) = try parts.section(9) else { return }
        var rewriter = InstructionRewriter(reader, map)
        for _ in 0..<count {
            let form = try rewriter.reader.u32()
            guard form < 8 else { throw Unmergeable() }
            let hasExpressions = form & 4 != 0
            let isActive = form & 1 == 0
            if isActive {
                // Written with the number of the table, which may not be 0 any more.
                let table = form & 2 == 0 ? 0 : try rewriter.reader.u32()
                rewriter.dropPassed()
                rewriter.output.append(leb: hasExpressions ? 6 : 2)
                rewriter.output.append(leb: try map.new(.table, table))
                try rewriter.expression()
                if form & 2 == 0 { rewriter.output.append(hasExpressions ? 0x70 : 0x00) }
            }
            if !isActive || form & 2 != 0 {
                if hasExpressions {
                    try rewriter.reader.skipValueType()
                } else if try rewriter.reader.byte() != 0 {
                    throw Unmergeable()
                }
            }
            for _ in 0..<(try rewriter.reader.count()) {
                if hasExpressions {
                    try rewriter.expression()
                } else {
                    try rewriter.index(map.functions)
                }
            }
            rewriter.flush()
        }
        try finish(9, count, rewriter)
    }

    private mutating func addData(_ parts: ModuleParts, _ map: IndexMap) throws(Unmergeable) {
        guard let (count, reader) = try parts.section(11) else { return }
        var rewriter = InstructionRewriter(reader, map)
        for _ in 0..<count {
            let form = try rewriter.reader.u32()
            guard form < 3 else { throw Unmergeable() }
            if form != 1 {
                let memory = try map.new(.memory, form == 0 ? 0 : try rewriter.reader.u32())
                rewriter.dropPassed()
                rewriter.output.append(leb: memory == 0 ? 0 : 2)
                if memory != 0 { rewriter.output.append(leb: memory) }
                try rewriter.expression()
            }
            try rewriter.reader.skip(try rewriter.reader.count())
            rewriter.flush()
        }
        try finish(11, count, rewriter)
    }

    // MARK: - Code

    private mutating func addCode(_ parts: ModuleParts, _ map: IndexMap) throws(Unmergeable) {
        let declared = try parts.section(3)?.count ?? 0
        guard let (count, start) = try parts.section(10) else {
            guard declared == 0 else { throw Unmergeable() }
            return
        }
        guard count == declared else { throw Unmergeable() }
        var reader = start
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.binary.count)
        for _ in 0..<count {
            let body = try reader.range(try reader.count())
            var rewriter = InstructionRewriter(WasmReader(parts.binary, body), map)
            for _ in 0..<(try rewriter.reader.count()) {
                _ = try rewriter.reader.u32()
                try rewriter.reader.skipValueType()
            }
            try rewriter.expression()
            guard rewriter.reader.isAtEnd else { throw Unmergeable() }
            bytes.append(name: rewriter.output)
            if !rewriter.referenced.isEmpty { referenced.formUnion(rewriter.referenced) }
        }
        guard reader.isAtEnd else { throw Unmergeable() }
        append(10, count, bytes)
    }

    private mutating func addNames(_ parts: ModuleParts, _ map: IndexMap) {
        let names = parts.names()
        // One name section has one name of a module: it stands before each function's.
        let prefix = Array((names.module.map { "\($0)!" } ?? "").utf8)
        let imported = parts.imports.count { $0.kind == .function }
        for (index, name) in names.functions where index >= imported && index < map.functions.count {
            functionNames[map.functions[Int(index)]] = prefix + parts.binary[name]
        }
    }

    // MARK: - The result

    /// The merged module, with an export for each of `exports`: their names are their places in the list.
    func finish(exports: [(instance: Int, name: String)]) throws(Unmergeable) -> [UInt8] {
        var result: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
        var all = sections
        all[2] = importSection
        all[7] = try exportSection(exports)
        if !referenced.isEmpty {
            // `ref.func` wants its functions declared, which exports did that are gone now.
            var items = all[9] ?? Items()
            items.count += 1
            items.bytes += [0x03, 0x00]
            items.bytes.append(leb: UInt32(referenced.count))
            for function in referenced.sorted() { items.bytes.append(leb: function) }
            all[9] = items
        }
        for id in [1, 2, 3, 4, 5, 6, 7, 9, 12, 10, 11] as [UInt8] {
            if id == 12 {
                guard hasDataCount else { continue }
                var content: [UInt8] = []
                content.append(leb: count(11))
                result.append(12)
                result.append(name: content)
                continue
            }
            guard let items = all[id], items.count > 0 else { continue }
            var content: [UInt8] = []
            content.reserveCapacity(items.bytes.count + 5)
            content.append(leb: items.count)
            content += items.bytes
            result.append(id)
            result.append(name: content)
        }
        appendNames(to: &result)
        return result
    }

    private var importSection: Items {
        var items = Items(count: UInt32(hostFunctions.count))
        for (index, type) in hostTypes.enumerated() {
            items.bytes.append(name: [])
            items.bytes.append(name: "\(index)".utf8)
            items.bytes.append(CoreKind.function.rawValue)
            items.bytes.append(leb: type)
        }
        return items
    }

    private func exportSection(_ exports: [(instance: Int, name: String)]) throws(Unmergeable) -> Items {
        var items = Items(count: UInt32(exports.count))
        for (number, wanted) in exports.enumerated() {
            guard let export = added[wanted.instance].exports[wanted.name] else { throw Unmergeable() }
            items.bytes.append(name: "\(number)".utf8)
            items.bytes.append(export.kind.rawValue)
            items.bytes.append(leb: try added[wanted.instance].map.new(export.kind, export.index))
        }
        return items
    }

    private func appendNames(to result: inout [UInt8]) {
        guard !functionNames.isEmpty else { return }
        var names: [UInt8] = []
        names.append(leb: UInt32(functionNames.count))
        for (index, name) in functionNames.sorted(by: { $0.key < $1.key }) {
            names.append(leb: index)
            names.append(name: name)
        }
        var content: [UInt8] = []
        content.append(name: "name".utf8)
        content.append(1)
        content.append(name: names)
        result.append(0)
        result.append(name: content)
    }
}
