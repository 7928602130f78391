/// Goes through instructions (core specification, binary format, instructions) and notes which of them change what is
/// neither memory nor a global. Those that it does not know, such as those of the collector and of exceptions, end it.
struct InstructionScan {
    private var reader: BinaryReader
    /// Whether a table was written or a segment dropped.
    private(set) var changesTablesOrSegments = false

    init(_ reader: BinaryReader) { self.reader = reader }

    var position: Int { reader.position }

    /// Whether no function of a code section changes tables or drops segments. False where that is not known.
    static func leavesTablesAndSegments(code body: ArraySlice<UInt8>) -> Bool {
        var bodies = BinaryReader(body)
        guard let count = bodies.number() else { return false }
        for _ in 0..<count {
            guard let size = bodies.number(), let function = bodies.slice(size) else { return false }
            var scan = InstructionScan(BinaryReader(function))
            guard scan.function() != nil, !scan.changesTablesOrSegments else { return false }
        }
        return bodies.isAtEnd
    }

    private mutating func function() -> Void? {
        guard let groups = reader.number() else { return nil }
        for _ in 0..<groups {
            guard reader.number() != nil, reader.skipValueType() != nil else { return nil }
        }
        guard !reader.sawManagedReference, expression() != nil else { return nil }
        return reader.isAtEnd ? () : nil
    }

    /// Passes an expression with its `end`.
    mutating func expression() -> Void? {
        var depth = 1
        while depth > 0 {
            guard let change = instruction() else { return nil }
            depth += change
        }
        return ()
    }

    /// - Returns: by how much the nesting changes.
    private mutating func instruction() -> Int? {
        guard let opcode = reader.byte() else { return nil }
        let passed: Void? =
            switch opcode {
            case 0x02, 0x03, 0x04: blockType()
            case 0x0b, 0x00, 0x01, 0x05, 0x0f, 0x1a, 0x1b, 0x45...0xc4, 0xd1: ()
            case 0x0c, 0x0d, 0x10, 0x12, 0x20...0x25, 0x3f, 0x40, 0xd2: numbers(1)
            case 0x0e: reader.number().flatMap { numbers($0) }.flatMap { numbers(1) }
            case 0x11, 0x13: numbers(2)
            case 0x1c: valueTypes()
            case 0x26: noting(numbers(1))
            case 0x28...0x3e: memoryArgument()
            case 0x41, 0x42: reader.signedNumber().map { _ in }
            case 0x43: reader.skip(4)
            case 0x44: reader.skip(8)
            case 0xd0: reader.byte().flatMap { $0 == 0x6f || $0 == 0x70 ? () : nil }
            case 0xfc: bulkInstruction()
            case 0xfd: vectorInstruction()
            case 0xfe: atomicInstruction()
            default: nil
            }
        guard passed != nil else { return nil }
        return (0x02...0x04).contains(opcode) ? 1 : opcode == 0x0b ? -1 : 0
    }

    private mutating func noting(_ passed: Void?) -> Void? {
        changesTablesOrSegments = true
        return passed
    }

    private mutating func numbers(_ count: Int) -> Void? {
        for _ in 0..<count { guard reader.number() != nil else { return nil } }
        return ()
    }

    private mutating func valueTypes() -> Void? {
        guard let count = reader.number() else { return nil }
        for _ in 0..<count { guard reader.skipValueType() != nil else { return nil } }
        return reader.sawManagedReference ? nil : ()
    }

    // A type's number, or the code of a value type, which is a negative number of one byte. A reference with a heap type
    // would take more.
    private mutating func blockType() -> Void? {
        guard let number = reader.signedNumber() else { return nil }
        return number >= 0 || Self.valueTypes.contains(number) ? () : nil
    }

    // Nothing, externref, funcref, and from v128 to i32.
    private static let valueTypes: Set<Int64> = [-0x40, -0x11, -0x10, -5, -4, -3, -2, -1]

    private mutating func memoryArgument() -> Void? {
        guard let flags = reader.number(), flags < 0x80 else { return nil }
        return numbers(flags & 0x40 == 0 ? 1 : 2)
    }

    private mutating func bulkInstruction() -> Void? {
        switch reader.number() {
        case .some(0...7), .some(19...22): ()
        case .some(8), .some(10): numbers(2)
        case .some(11), .some(16): numbers(1)
        case .some(9), .some(13), .some(15), .some(17): noting(numbers(1))
        case .some(12), .some(14): noting(numbers(2))
        default: nil
        }
    }

    private mutating func vectorInstruction() -> Void? {
        switch reader.number() {
        case .some(0...11), .some(92), .some(93): memoryArgument()
        case .some(12), .some(13): reader.skip(16)
        case .some(21...34): reader.skip(1)
        case .some(84...91): memoryArgument().flatMap { reader.skip(1) }
        case .some(14...20), .some(35...83), .some(94...275): ()
        default: nil
        }
    }

    private mutating func atomicInstruction() -> Void? {
        switch reader.number() {
        case .some(0...2), .some(0x10...0x4e): memoryArgument()
        case .some(3): reader.skip(1)
        default: nil
        }
    }
}
