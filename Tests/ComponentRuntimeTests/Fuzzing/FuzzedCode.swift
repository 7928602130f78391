import TestSupport

@testable import ComponentRuntime

/// A function's body that a fuzzer chose: every instruction that has an index, and no loops.
struct FuzzedCode {
    private let module: FuzzedModule
    private let function: Int
    private let parameters: [UInt8]
    private let results: [UInt8]
    private var bytes: [UInt8] = [0x00]
    private static let depthMax = 3

    init(_ module: FuzzedModule, function: Int) {
        self.module = module
        self.function = function
        (parameters, results) = FuzzedModule.signatures[module.functions[function]]
    }

    /// The body with its locals.
    var body: [UInt8] { bytes + [0x0b] }

    mutating func fill(_ input: inout FuzzInput) {
        for _ in 0..<input.number(below: 5) { statement(0, &input) }
        for type in results { value(type, 0, &input) }
    }

    /// A function that makes a number of the module's globals, tables and memories.
    static func observer(of module: FuzzedModule) -> [UInt8] {
        var code = FuzzedCode(module, function: module.functions.count - 1)
        code.bytes += [0x42, 0x01]
        for (index, global) in module.globals.enumerated() {
            code.op(0x23, index)
            if global.type == FuzzedModule.funcref { code.bytes.append(0xd1) }
            code.observe(global.type)
        }
        for index in 0..<module.tables {
            code.bulk(16, index)
            code.observe(FuzzedModule.i32)
            code.bytes += [0x41, 0x00]
            code.op(0x25, index)
            code.bytes.append(0xd1)
            code.observe(FuzzedModule.i32)
        }
        for index in 0..<module.memories {
            code.op(0x3f, index)
            code.observe(FuzzedModule.i32)
        }
        return code.body
    }

    /// Takes the value on the stack into the number below it.
    private mutating func observe(_ type: UInt8) {
        if type != FuzzedModule.i64 { bytes.append(0xad) }
        bytes += [0x85, 0x42, 0x07, 0x89]
    }

    // MARK: - Pieces

    private mutating func op(_ code: UInt8, _ index: Int) {
        bytes.append(code)
        bytes.append(leb: UInt32(index))
    }

    private mutating func bulk(_ code: UInt8, _ indices: Int...) {
        bytes += [0xfc, code]
        for index in indices { bytes.append(leb: UInt32(index)) }
    }

    /// An alignment, a memory and an offset; the memory is there where it is not the first one, or for nothing.
    private mutating func memoryArgument(_ alignment: UInt8, _ input: inout FuzzInput) {
        let memory = input.number(below: module.memories)
        let isNamed = memory != 0 || input.flag()
        bytes.append(alignment | (isNamed ? 0x40 : 0))
        if isNamed { bytes.append(leb: UInt32(memory)) }
        bytes.append(leb: UInt32(input.byte()))
    }

    private mutating func number(_ input: inout FuzzInput) { bytes += [0x41, input.byte() & 0x3f] }

    private mutating func constant(_ type: UInt8, _ input: inout FuzzInput) {
        switch type {
        case FuzzedModule.i32: number(&input)
        case FuzzedModule.i64: bytes += [0x42, input.byte() & 0x3f]
        case FuzzedModule.f64: bytes += [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
        case FuzzedModule.v128: bytes += [0xfd, 12] + (0..<16)
        default: bytes += [0xd0, FuzzedModule.funcref]
        }
    }

    /// A call of a function that comes before this one, so that there is an end.
    private mutating func call(_ wanted: [UInt8]?, _ depth: Int, _ input: inout FuzzInput) -> [UInt8]? {
        let callable = (0..<function).filter {
            wanted == nil || FuzzedModule.signatures[module.functions[$0]].results == wanted
        }
        guard !callable.isEmpty else { return nil }
        let callee = callable[input.number(below: callable.count)]
        let (parameters, results) = FuzzedModule.signatures[module.functions[callee]]
        for type in parameters { value(type, depth + 1, &input) }
        op(0x10, callee)
        return results
    }

    // MARK: - Values

    private mutating func value(_ type: UInt8, _ depth: Int, _ input: inout FuzzInput) {
        guard depth < Self.depthMax, !input.isEmpty else { return constant(type, &input) }
        let start = bytes.count
        switch input.number(below: 6) {
        case 0: break
        case 1:
            let places = parameters.indices.filter { parameters[$0] == type }
            if !places.isEmpty { op(0x20, places[input.number(below: places.count)]) }
        case 2:
            let places = module.globals.indices.filter { module.globals[$0].type == type }
            if !places.isEmpty { op(0x23, places[input.number(below: places.count)]) }
        case 3: _ = call([type], depth, &input)
        case 4:
            bytes += [0x02, type]
            if input.flag() { statement(depth + 1, &input) }
            value(type, depth + 1, &input)
            bytes.append(0x0b)
        default: special(type, depth, &input)
        }
        if bytes.count == start { constant(type, &input) }
    }

    private mutating func special(_ type: UInt8, _ depth: Int, _ input: inout FuzzInput) {
        switch type {
        case FuzzedModule.i32: integer(depth, &input)
        case FuzzedModule.i64 where module.memories > 0:
            number(&input)
            bytes.append(0x29)
            memoryArgument(3, &input)
        case FuzzedModule.v128 where module.memories > 0:
            number(&input)
            bytes += [0xfd, 0]
            memoryArgument(4, &input)
        case FuzzedModule.funcref where module.tables > 0 && input.flag():
            number(&input)
            op(0x25, input.number(below: module.tables))
        case FuzzedModule.funcref: op(0xd2, input.number(below: module.functions.count))
        default: break
        }
    }

    private mutating func integer(_ depth: Int, _ input: inout FuzzInput) {
        let choice = input.number(below: 14)
        if module.memories == 0, (0..<5).contains(choice) { return }
        if module.tables == 0, (5..<8).contains(choice) { return }
        switch choice {
        case 0:
            value(FuzzedModule.i32, depth + 1, &input)
            bytes.append([0x28, 0x2d, 0x2e][input.number(below: 3)])
            memoryArgument(0, &input)
        case 1: op(0x3f, input.number(below: module.memories))
        case 2:
            bytes += [0x41, UInt8(input.number(below: 2))]
            op(0x40, input.number(below: module.memories))
        case 3:
            number(&input)
            bytes += [0x41, 0x03]
            bytes += [0xfe, 0x1e]
            memoryArgument(2, &input)
        case 4:
            number(&input)
            value(FuzzedModule.v128, depth + 1, &input)
            bytes += [0xfd, 84]
            memoryArgument(0, &input)
            bytes += [0x01, 0xfd, 27, 0x02]
        case 5: bulk(16, input.number(below: module.tables))
        case 6:
            value(FuzzedModule.funcref, depth + 1, &input)
            bytes += [0x41, UInt8(input.number(below: 3))]
            bulk(15, input.number(below: module.tables))
        case 7:
            let signature = [1, 4, 6][input.number(below: 3)]
            for type in FuzzedModule.signatures[signature].parameters { value(type, depth + 1, &input) }
            number(&input)
            op(0x11, Int(module.typeIndex(signature)))
            bytes.append(leb: UInt32(input.number(below: module.tables)))
        default: plain(choice, depth, &input)
        }
    }

    private mutating func plain(_ choice: Int, _ depth: Int, _ input: inout FuzzInput) {
        switch choice {
        case 8:
            value(FuzzedModule.funcref, depth + 1, &input)
            bytes.append(0xd1)
        case 9:
            // A block whose type is an index.
            value(FuzzedModule.i32, depth + 1, &input)
            bytes.append(0x02)
            bytes.append(signedLEB: module.typeIndex(5))
            value(FuzzedModule.i64, depth + 1, &input)
            bytes += [0x0b, 0x1a]
        case 10:
            value(FuzzedModule.i32, depth + 1, &input)
            bytes += [0x04, FuzzedModule.i32]
            value(FuzzedModule.i32, depth + 1, &input)
            bytes.append(0x05)
            value(FuzzedModule.i32, depth + 1, &input)
            bytes.append(0x0b)
        case 11:
            value(FuzzedModule.funcref, depth + 1, &input)
            value(FuzzedModule.funcref, depth + 1, &input)
            number(&input)
            bytes += [0x1c, 0x01, FuzzedModule.funcref, 0xd1]
        case 12:
            value(FuzzedModule.i64, depth + 1, &input)
            bytes.append(0xa7)
        default:
            value(FuzzedModule.i32, depth + 1, &input)
            value(FuzzedModule.i32, depth + 1, &input)
            bytes.append([0x6a, 0x6b, 0x6d, 0x73][input.number(below: 4)])
        }
    }

    // MARK: - Statements

    private mutating func statement(_ depth: Int, _ input: inout FuzzInput) {
        guard depth < Self.depthMax else { return }
        let choice = input.number(below: 16)
        if module.memories == 0, (0..<4).contains(choice) { return }
        if module.tables == 0, (4..<8).contains(choice) { return }
        switch choice {
        case 0:
            value(FuzzedModule.i32, depth + 1, &input)
            value(FuzzedModule.i64, depth + 1, &input)
            bytes.append(0x37)
            memoryArgument(0, &input)
        case 1, 2:
            for _ in 0..<3 { number(&input) }
            if choice == 1 {
                bulk(11, input.number(below: module.memories))
            } else {
                bulk(10, input.number(below: module.memories), input.number(below: module.memories))
            }
        case 3 where module.dataCount > 0:
            for _ in 0..<3 { bytes += [0x41, UInt8(input.number(below: 3))] }
            bulk(8, input.number(below: module.dataCount), input.number(below: module.memories))
        case 4:
            bytes += [0x41, UInt8(input.number(below: 4))]
            value(FuzzedModule.funcref, depth + 1, &input)
            op(0x26, input.number(below: module.tables))
        case 5:
            for _ in 0..<3 { bytes += [0x41, UInt8(input.number(below: 3))] }
            bulk(14, input.number(below: module.tables), input.number(below: module.tables))
        case 6:
            bytes += [0x41, UInt8(input.number(below: 3))]
            value(FuzzedModule.funcref, depth + 1, &input)
            bytes += [0x41, UInt8(input.number(below: 3))]
            bulk(17, input.number(below: module.tables))
        case 7 where module.elementCount > 0:
            for _ in 0..<3 { bytes += [0x41, UInt8(input.number(below: 3))] }
            bulk(12, input.number(below: module.elementCount), input.number(below: module.tables))
        default: plainStatement(choice, depth, &input)
        }
    }

    private mutating func plainStatement(_ choice: Int, _ depth: Int, _ input: inout FuzzInput) {
        switch choice {
        case 8 where module.dataCount > 0: bulk(9, input.number(below: module.dataCount))
        case 9 where module.elementCount > 0: bulk(13, input.number(below: module.elementCount))
        case 10, 11:
            let places = module.globals.indices.filter { module.globals[$0].isMutable }
            guard !places.isEmpty else { return }
            let place = places[input.number(below: places.count)]
            value(module.globals[place].type, depth + 1, &input)
            op(0x24, place)
        case 12, 13:
            for _ in call(nil, depth, &input) ?? [] { bytes.append(0x1a) }
        case 14:
            bytes += [0x02, 0x40, 0x03, 0x40]
            statement(depth + 1, &input)
            value(FuzzedModule.i32, depth + 1, &input)
            // Out of the loop, never to its start.
            bytes += [0x0e, 0x01, 0x01, 0x01, 0x0b, 0x0b]
        default: break
        }
    }
}
