import TestSupport

@testable import ComponentRuntime

/// A valid core module that a fuzzer chose.
struct FuzzedModule {
    /// Something that modules import and export.
    enum Item: Hashable {
        /// By its place among `signatures`.
        case function(Int)
        case table
        case memory
        case global(UInt8, isMutable: Bool)
    }

    static let (i32, i64, f64, v128, funcref): (UInt8, UInt8, UInt8, UInt8, UInt8) = (
        0x7f, 0x7e, 0x7c, 0x7b, 0x70
    )
    static let signatures: [(parameters: [UInt8], results: [UInt8])] = [
        ([], []), ([i32], [i32]), ([], [i64]), ([i64, i32], [i64]), ([i32, i32], [i32]), ([i32], [i32, i64]),
        ([f64], [i32]),
    ]
    private static let observed = 2
    private static let tableMinimum: UInt8 = 3

    let imports: [Item]
    /// Signatures by type index; those at the end are all there are, once each.
    private(set) var types: [Int] = []
    private(set) var functions: [Int] = []
    private(set) var tables = 0
    private(set) var memories = 0
    private(set) var globals: [(type: UInt8, isMutable: Bool)] = []
    private(set) var exports: [(name: String, item: Item)] = []
    private(set) var elementCount = 0
    private(set) var dataCount = 0
    private var sections: [UInt8: (count: Int, bytes: [UInt8])] = [:]

    /// The module.
    var binary: [UInt8] {
        var result: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
        for id in [1, 2, 3, 4, 5, 6, 7, 9, 12, 10, 11, 0] as [UInt8] {
            guard let (count, bytes) = sections[id] else { continue }
            var content: [UInt8] = []
            if id != 0 { content.append(leb: UInt32(count)) }
            result.append(id)
            result.append(name: content + bytes)
        }
        return result
    }

    init(imports: [Item], _ input: inout FuzzInput) {
        self.imports = imports
        addTypes(&input)
        for item in imports { addImport(item) }
        let importedFunctions = functions.count
        let defined = 1 + input.number(below: 4)
        for _ in 0..<defined { addFunction(input.number(below: Self.signatures.count)) }
        for _ in 0..<input.number(below: 3) { addTable() }
        if input.number(below: 3) == 1 { addMemory() }
        for _ in 0..<input.number(below: 4) { addGlobal(&input) }
        addFunction(Self.observed)
        addExports(&input)
        for _ in 0..<input.number(below: 4) { addElements(&input) }
        for _ in 0..<input.number(below: 4) { addData(&input) }
        for number in 0..<defined {
            var code = FuzzedCode(self, function: importedFunctions + number)
            code.fill(&input)
            addCode(code.body)
        }
        addCode(FuzzedCode.observer(of: self))
        if input.flag() { addNames() }
    }

    func typeIndex(_ signature: Int) -> UInt32 { UInt32(types.lastIndex(of: signature)!) }

    private mutating func append(_ id: UInt8, _ bytes: [UInt8]) {
        sections[id, default: (0, [])].count += 1
        sections[id, default: (0, [])].bytes += bytes
    }

    // MARK: - Declarations

    private mutating func addTypes(_ input: inout FuzzInput) {
        types = (0..<input.number(below: 4)).map { _ in input.number(below: Self.signatures.count) }
        let turn = input.number(below: Self.signatures.count)
        types += Self.signatures.indices.map { ($0 + turn) % Self.signatures.count }
        for signature in types {
            let (parameters, results) = Self.signatures[signature]
            append(1, [0x60, UInt8(parameters.count)] + parameters + [UInt8(results.count)] + results)
        }
    }

    private mutating func addImport(_ item: Item) {
        var bytes: [UInt8] = []
        bytes.append(name: "m".utf8)
        bytes.append(name: "\(sections[2]?.count ?? 0)".utf8)
        switch item {
        case .function(let signature):
            bytes.append(0x00)
            bytes.append(leb: typeIndex(signature))
            functions.append(signature)
        case .table:
            bytes += [0x01, Self.funcref, 0x00, Self.tableMinimum]
            tables += 1
        case .memory:
            bytes += [0x02, 0x00, 0x01]
            memories += 1
        case .global(let type, let isMutable):
            bytes += [0x03, type, isMutable ? 1 : 0]
            globals.append((type, isMutable))
        }
        append(2, bytes)
    }

    private mutating func addFunction(_ signature: Int) {
        var bytes: [UInt8] = []
        bytes.append(leb: typeIndex(signature))
        append(3, bytes)
        functions.append(signature)
    }

    private mutating func addTable() {
        append(4, [Self.funcref, 0x00, Self.tableMinimum])
        tables += 1
    }

    private mutating func addMemory() {
        append(5, [0x01, 0x01, 0x04])
        memories += 1
    }

    private mutating func addGlobal(_ input: inout FuzzInput) {
        let type = [Self.i32, Self.i64, Self.funcref][input.number(below: 3)]
        let isMutable = input.flag()
        let earlier = globals.indices.filter { globals[$0].type == type && !globals[$0].isMutable }
        var bytes = [type, isMutable ? 1 : 0]
        if input.flag(), !earlier.isEmpty {
            bytes.append(0x23)
            bytes.append(leb: UInt32(earlier[input.number(below: earlier.count)]))
        } else if type == Self.funcref {
            bytes += reference(&input)
        } else if type == Self.i32, input.flag() {
            bytes += [0x41, input.byte() & 0x3f, 0x41, input.byte() & 0x3f, 0x6a]
        } else {
            bytes += [type == Self.i32 ? 0x41 : 0x42, input.byte() & 0x3f]
        }
        append(6, bytes + [0x0b])
        globals.append((type, isMutable))
    }

    /// `ref.func` or `ref.null`.
    private func reference(_ input: inout FuzzInput) -> [UInt8] {
        guard input.flag() else { return [0xd0, Self.funcref] }
        var bytes: [UInt8] = [0xd2]
        bytes.append(leb: UInt32(input.number(below: functions.count)))
        return bytes
    }

    private mutating func addExports(_ input: inout FuzzInput) {
        for (index, signature) in functions.enumerated() {
            export("f\(index)", 0, index, .function(signature))
        }
        for index in 0..<tables { export("t\(index)", 1, index, .table) }
        for index in 0..<memories { export("m\(index)", 2, index, .memory) }
        for (index, global) in globals.enumerated() {
            export("g\(index)", 3, index, .global(global.type, isMutable: global.isMutable))
        }
    }

    private mutating func export(_ name: String, _ kind: UInt8, _ index: Int, _ item: Item) {
        var bytes: [UInt8] = []
        bytes.append(name: name.utf8)
        bytes.append(kind)
        bytes.append(leb: UInt32(index))
        append(7, bytes)
        exports.append((name, item))
    }

    // MARK: - Segments

    private mutating func addElements(_ input: inout FuzzInput) {
        var form = UInt8(input.number(below: 8))
        if tables == 0 { form |= 1 }
        var bytes = [form]
        if form & 1 == 0 {
            if form & 2 != 0 { bytes.append(leb: UInt32(input.number(below: tables))) }
            bytes += [0x41, UInt8(input.number(below: 4)), 0x0b]
        }
        if form & 3 != 0 { bytes.append(form & 4 != 0 ? Self.funcref : 0x00) }
        let count = input.number(below: 3)
        bytes.append(UInt8(count))
        for _ in 0..<count {
            if form & 4 != 0 {
                bytes += reference(&input) + [0x0b]
            } else {
                bytes.append(leb: UInt32(input.number(below: functions.count)))
            }
        }
        append(9, bytes)
        elementCount += 1
    }

    private mutating func addData(_ input: inout FuzzInput) {
        let form: UInt8 = memories == 0 ? 1 : UInt8(input.number(below: 3))
        var bytes = [form]
        if form == 2 { bytes.append(leb: UInt32(input.number(below: memories))) }
        if form != 1 {
            bytes.append(0x41)
            // 65535 is where what is longer does not fit.
            bytes += input.number(below: 16) == 1 ? [0xff, 0xff, 0x03] : [input.byte() & 0x3f]
            bytes.append(0x0b)
        }
        bytes.append(name: input.bytes(input.number(below: 5)))
        append(11, bytes)
        dataCount += 1
        sections[12] = (dataCount, [])
    }

    private mutating func addCode(_ body: [UInt8]) {
        var bytes: [UInt8] = []
        bytes.append(name: body)
        append(10, bytes)
    }

    private mutating func addNames() {
        let names: [UInt8] = [0x00, 0x02, 0x01, 0x4d, 0x01, 0x04, 0x01, 0x00, 0x01, 0x66]
        append(0, [0x04] + "name".utf8 + names)
    }
}
