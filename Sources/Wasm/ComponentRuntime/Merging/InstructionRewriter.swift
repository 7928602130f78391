/// Copies instructions and puts the merged module's indices into them (core specification, binary format,
/// instructions).
///
/// Instructions of the proposals for garbage collection, exceptions, typed references and stack switching are refused.
struct InstructionRewriter {
    var reader: WasmReader
    var output: [UInt8] = []
    var map: IndexMap
    /// Functions that `ref.func` names, by merged index.
    private(set) var referenced: Set<UInt32> = []
    /// Up to here the input was copied.
    private var copied: Int

    init(_ reader: WasmReader, _ map: IndexMap) {
        self.reader = reader
        self.map = map
        copied = reader.offset
    }

    /// Copies what was passed so far as it is.
    mutating func flush() {
        output.append(contentsOf: reader.bytes[copied..<reader.offset])
        copied = reader.offset
    }

    /// What follows is not copied from before here.
    mutating func dropPassed() { copied = reader.offset }

    /// Copies an expression with its `end`.
    mutating func expression() throws(Unmergeable) {
        var depth = 1
        while depth > 0 { depth += try instruction() }
        flush()
    }

    private mutating func replace(from start: Int, _ old: UInt32, _ new: UInt32) {
        guard old != new else { return }
        output.append(contentsOf: reader.bytes[copied..<start])
        output.append(leb: new)
        copied = reader.offset
    }

    mutating func index(_ map: [UInt32]) throws(Unmergeable) {
        let start = reader.offset
        let old = try reader.u32()
        guard old < map.count else { throw Unmergeable() }
        replace(from: start, old, map[Int(old)])
    }

    private mutating func index(_ shift: IndexMap.Shift) throws(Unmergeable) {
        let start = reader.offset
        let old = try reader.u32()
        replace(from: start, old, try shift.new(old))
    }

    /// - Returns: by how much the nesting changes.
    private mutating func instruction() throws(Unmergeable) -> Int {
        switch try reader.byte() {
        case 0x02, 0x03, 0x04:
            try blockType()
            return 1
        case 0x0b: return -1
        case 0x00, 0x01, 0x05, 0x0f, 0x1a, 0x1b, 0x45...0xc4, 0xd1: break
        case 0x0c, 0x0d, 0x20, 0x21, 0x22: _ = try reader.u32()
        case 0x0e: for _ in 0...(try reader.count()) { _ = try reader.u32() }
        case 0x10, 0x12: try index(map.functions)
        case 0x11, 0x13:
            try index(map.types)
            try index(map.tables)
        case 0x1c: for _ in 0..<(try reader.count()) { try reader.skipValueType() }
        case 0x23, 0x24: try index(map.globals)
        case 0x25, 0x26: try index(map.tables)
        case 0x28...0x3e: try memoryArgument()
        case 0x3f, 0x40: try index(map.memories)
        case 0x41: try reader.skipNumber(5)
        case 0x42: try reader.skipNumber(10)
        case 0x43: try reader.skip(4)
        case 0x44: try reader.skip(8)
        case 0xd0:
            guard [0x6f, 0x70].contains(try reader.byte()) else { throw Unmergeable() }
        case 0xd2:
            let start = reader.offset
            let old = try reader.u32()
            let new = try map.new(.function, old)
            referenced.insert(new)
            replace(from: start, old, new)
        case 0xfc: try bulkInstruction()
        case 0xfd: try vectorInstruction()
        case 0xfe: try atomicInstruction()
        default: throw Unmergeable()
        }
        return 0
    }

    private mutating func blockType() throws(Unmergeable) {
        let start = reader.offset
        switch try reader.peek() {
        case 0x40, 0x6f, 0x70, 0x7b...0x7f: try reader.skip(1)
        case let first where first & 0xc0 == 0x40: throw Unmergeable()
        default:
            let old = try reader.u32()
            // The number is signed: bit 6 of its last byte would make it negative.
            guard reader.bytes[reader.offset - 1] & 0x40 == 0 else { throw Unmergeable() }
            let new = try map.types.new(old)
            guard new != old else { return }
            output.append(contentsOf: reader.bytes[copied..<start])
            output.append(signedLEB: new)
            copied = reader.offset
        }
    }

    private static let hasMemoryIndex: UInt32 = 0x40

    private mutating func memoryArgument() throws(Unmergeable) {
        let start = reader.offset
        let flags = try reader.u32()
        guard flags < 0x80 else { throw Unmergeable() }
        let old = flags & Self.hasMemoryIndex == 0 ? 0 : try reader.u32()
        guard old < map.memories.count else { throw Unmergeable() }
        let new = map.memories[Int(old)]
        if new != old {
            output.append(contentsOf: reader.bytes[copied..<start])
            output.append(leb: flags & ~Self.hasMemoryIndex | (new == 0 ? 0 : Self.hasMemoryIndex))
            if new != 0 { output.append(leb: new) }
            copied = reader.offset
        }
        try reader.skipNumber(10)
    }

    private mutating func bulkInstruction() throws(Unmergeable) {
        switch try reader.u32() {
        case 0...7, 19...22: break
        case 8:
            try index(map.data)
            try index(map.memories)
        case 9: try index(map.data)
        case 10:
            try index(map.memories)
            try index(map.memories)
        case 11: try index(map.memories)
        case 12:
            try index(map.elements)
            try index(map.tables)
        case 13: try index(map.elements)
        case 14:
            try index(map.tables)
            try index(map.tables)
        case 15, 16, 17: try index(map.tables)
        default: throw Unmergeable()
        }
    }

    private mutating func vectorInstruction() throws(Unmergeable) {
        switch try reader.u32() {
        case 0...11, 92, 93: try memoryArgument()
        case 12, 13: try reader.skip(16)
        case 21...34: try reader.skip(1)
        case 84...91:
            try memoryArgument()
            try reader.skip(1)
        case 14...20, 35...83, 94...275: break
        default: throw Unmergeable()
        }
    }

    private mutating func atomicInstruction() throws(Unmergeable) {
        switch try reader.u32() {
        case 0...2, 0x10...0x4e: try memoryArgument()
        case 3: try reader.skip(1)
        default: throw Unmergeable()
        }
    }
}
