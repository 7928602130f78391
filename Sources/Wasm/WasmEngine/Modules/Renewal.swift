/// Finds out whether an instance can be made new in place after a guest, and writes the functions that do it.
///
/// What a guest can change is its memories, which are put back by their slots; its globals, to which ``renewName`` gives
/// their first values; tables, and segments that it drops. Modules whose code could do the last two are left out, as are
/// those that share something with others by an import, begin with a start function, or use the engine's collector.
enum Renewal {
    /// Gives all globals their first values.
    static let renewName = "martlet:renew"
    /// Makes the engine look at how large the memories are, and where.
    static let resizeName = "martlet:resize"

    /// The functions to add; none when instances of the module cannot be made new.
    static func functions(for outline: ModuleOutline, _ segments: DataSegments?) -> [AddedFunction] {
        guard !outline.hasStartFunction, !outline.hasManagedReferences, let segments, segments.areAllTaken,
            importsFunctionsOnly(outline), let globals = globalAssignments(outline),
            outline.sections.allSatisfy({
                $0.id != 10 || InstructionScan.leavesTablesAndSegments(code: $0.body)
            })
        else { return [] }
        return [
            AddedFunction(name: renewName, instructions: globals),
            AddedFunction(name: resizeName, instructions: growthsByNothing(segments.starts)),
        ]
    }

    private static func importsFunctionsOnly(_ outline: ModuleOutline) -> Bool {
        for section in outline.sections where section.id == 2 {
            var reader = BinaryReader(section.body)
            guard let count = reader.number() else { return false }
            for _ in 0..<count { guard reader.skipImport() == .function else { return false } }
        }
        return true
    }

    /// Instructions that write each global that can change, or nil where what it begins with is not a plain constant.
    private static func globalAssignments(_ outline: ModuleOutline) -> [UInt8]? {
        var instructions: [UInt8] = []
        for section in outline.sections where section.id == 6 {
            var reader = BinaryReader(section.body)
            guard let count = reader.number() else { return nil }
            for index in 0..<count {
                guard let type = reader.byte(), numeric.contains(type), let isMutable = reader.byte(),
                    let value = reader.constant(of: type)
                else { return nil }
                if isMutable != 0 { instructions += Array(value) + [0x24] + SuspensionExport.leb(index) }
            }
        }
        return instructions
    }

    // i32, i64, f32 and f64.
    private static let numeric: ClosedRange<UInt8> = 0x7c...0x7f

    private static func growthsByNothing(_ memories: [MemoryStart]) -> [UInt8] {
        memories.indices.flatMap { index in
            [memories[index].is64 ? 0x42 : 0x41, 0x00, 0x40] + SuspensionExport.leb(index) + [0x1a]
        }
    }
}

extension BinaryReader {
    /// An expression that is a single constant of a numeric type: its instruction, without the `end`.
    fileprivate mutating func constant(of type: UInt8) -> ArraySlice<UInt8>? {
        var rest = self
        guard let opcode = rest.byte(), opcode == 0x41 + (0x7f - type) else { return nil }
        let passed: Void? =
            switch opcode {
            case 0x41, 0x42: rest.signedNumber().map { _ in }
            case 0x43: rest.skip(4)
            default: rest.skip(8)
            }
        guard passed != nil, let value = slice(rest.position - position), byte() == 0x0b else { return nil }
        return value
    }
}
