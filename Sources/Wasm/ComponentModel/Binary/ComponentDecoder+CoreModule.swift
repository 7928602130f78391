/// Decodes of a core module what its imports and exports need: types, imports, declarations, exports.
///
/// Constant expressions are skipped, elements, code and data are not looked at; the engine validates modules.
extension ComponentDecoder {
    /// Section ids in the order in which a module must have them (core specification, modules).
    private static let sectionRanks: [UInt8: Int] = [
        1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 13: 6, 6: 7, 7: 8, 8: 9, 9: 10, 12: 11, 10: 12, 11: 13,
    ]

    mutating func coreModuleDefinition() throws(ComponentModelError) -> CoreModuleDefinition {
        let start = reader.offset
        try expect(Self.modulePreamble, "a core module")
        var module = CoreModuleDefinition(bytes: start..<reader.end)
        var rank = 0
        while !reader.isAtEnd {
            let sectionStart = reader.offset
            let id = try reader.byte()
            let outerEnd = try reader.enter(Int(try reader.u32()), "section \(id) of a module")
            if id == 0 {
                module.customSections.append(try customSection())
            } else {
                guard let next = Self.sectionRanks[id] else {
                    throw .malformed("\(id) is no section id of a module", at: sectionStart)
                }
                guard next > rank else { throw .malformed("section \(id) is out of order", at: sectionStart) }
                rank = next
                try coreModuleSection(id, &module)
            }
            try finishSection(id, outerEnd)
        }
        return module
    }

    private mutating func coreModuleSection(
        _ id: UInt8, _ module: inout CoreModuleDefinition
    ) throws(ComponentModelError) {
        let limit = limits.coreModuleItems
        switch id {
        case 1:
            module.groups = try vector(limit: limit, "types") { (decoder) throws(ComponentModelError) in
                try decoder.recursionGroup()
            }
        case 2: try coreImports(&module)
        case 3:
            module.functions += try vector(limit: limit, "functions") {
                (decoder) throws(ComponentModelError) in
                try decoder.reader.u32()
            }
        case 4:
            module.tables += try vector(limit: limits.coreModuleTables, "tables") {
                (decoder) throws(ComponentModelError) in try decoder.coreTable()
            }
        case 5:
            module.memories += try vector(limit: limits.coreModuleTables, "memories") {
                (decoder) throws(ComponentModelError) in try decoder.coreMemoryType()
            }
        case 6:
            module.globals += try vector(limit: limit, "globals") { (decoder) throws(ComponentModelError) in
                let type = try decoder.coreGlobalType()
                try decoder.skipConstantExpression()
                return type
            }
        case 7:
            module.exports = try vector(limit: limit, "exports") { (decoder) throws(ComponentModelError) in
                try decoder.coreExport()
            }
        case 13:
            module.tags += try vector(limit: limit, "tags") { (decoder) throws(ComponentModelError) in
                try decoder.coreTagType()
            }
        default: try reader.skip(reader.remaining)
        }
    }

    private mutating func coreExport() throws(ComponentModelError) -> CoreModuleDefinition.Export {
        let offset = UInt32(reader.offset)
        let name = try name()
        let byte = try reader.byte()
        guard let sort = CoreSort(rawValue: byte) else {
            throw reader.malformedByte(byte, "sort of a core export")
        }
        return CoreModuleDefinition.Export(name: name, sort: sort, index: try reader.u32(), offset: offset)
    }

    private mutating func coreTable() throws(ComponentModelError) -> CoreTableType {
        let hasInitializer = try reader.peek() == 0x40
        if hasInitializer {
            try reader.skip(1)
            let zero = try reader.byte()
            guard zero == 0 else { throw reader.malformedByte(zero, "form of a table") }
        }
        let type = try coreTableType()
        if hasInitializer { try skipConstantExpression() }
        return type
    }

    private mutating func coreImports(_ module: inout CoreModuleDefinition) throws(ComponentModelError) {
        for _ in 0..<(try reader.count(limits.coreModuleItems, "imports")) {
            let offset = UInt32(reader.offset)
            let moduleName = try name()
            let itemName = try name()
            let form = try reader.peek()
            guard result.names[itemName].isEmpty, form == 0x7f || form == 0x7e else {
                let type = try coreExternType()
                add(.init(module: moduleName, name: itemName, type: type, offset: offset), to: &module)
                continue
            }
            guard features.contains(.coreCompactImports) else {
                throw .disabled("compact imports are switched off", at: reader.offset)
            }
            try reader.skip(1)
            let shared = form == 0x7e ? try coreExternType() : nil
            for _ in 0..<(try reader.count(limits.coreModuleItems, "imports")) {
                let name = try name()
                let type: CoreEntityType
                if let shared { type = shared } else { type = try coreExternType() }
                add(.init(module: moduleName, name: name, type: type, offset: offset), to: &module)
            }
        }
    }

    private func add(_ item: CoreModuleDefinition.Import, to module: inout CoreModuleDefinition) {
        module.imports.append(item)
        switch item.type {
        case .function(let type), .exactFunction(let type): module.functions.append(type)
        case .table(let type): module.tables.append(type)
        case .memory(let type): module.memories.append(type)
        case .global(let type): module.globals.append(type)
        case .tag(let type): module.tags.append(type)
        }
    }

    private mutating func skipConstantExpression() throws(ComponentModelError) {
        while true {
            let opcode = try reader.byte()
            switch opcode {
            case 0x0b: return
            case 0x23, 0xd2: _ = try reader.u32()
            case 0x41: _ = try reader.signed(bits: 32)
            case 0x42: _ = try reader.signed(bits: 64)
            case 0x43: try reader.skip(4)
            case 0x44: try reader.skip(8)
            case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e: break
            case 0xd0: _ = try heapType(nullable: true)
            case 0xfb: try skipAggregateInstruction()
            case 0xfd:
                let instruction = try reader.u32()
                guard instruction == 12 else {
                    throw .malformed(
                        "a vector instruction stands in a constant expression", at: reader.offset)
                }
                try reader.skip(16)
            default: throw reader.malformedByte(opcode, "instruction of a constant expression")
            }
        }
    }

    private mutating func skipAggregateInstruction() throws(ComponentModelError) {
        let start = reader.offset
        switch try reader.u32() {
        case 0, 1, 6, 7: _ = try reader.u32()
        case 8:
            _ = try reader.u32()
            _ = try reader.u32()
        case 26, 27, 28: break
        default: throw .malformed("this instruction is not constant", at: start)
        }
    }
}
