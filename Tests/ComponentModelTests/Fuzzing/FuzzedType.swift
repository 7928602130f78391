import TestSupport

/// A component binary with types that a fuzzer chose; the last one is a function type.
struct FuzzedType {
    private var types: [[UInt8]] = []
    /// Indices of value types, and of resource types.
    private var values: [UInt8] = []
    private var resources: [UInt8] = []

    /// The component.
    var binary: [UInt8] {
        let payload = [UInt8(types.count)] + types.joined()
        return SectionTree.preamble + [0x07] + SectionTree.leb(UInt64(payload.count)) + payload
    }

    init(_ input: inout FuzzInput) {
        for _ in 0..<input.number(below: 12) {
            let type = next(&input)
            if type.first == 0x3f {
                resources.append(UInt8(types.count))
            } else {
                values.append(UInt8(types.count))
            }
            types.append(type)
        }
        var function: [UInt8] = [0x40]
        let count = 1 + input.number(below: 4)
        function.append(UInt8(count))
        for number in 0..<count { function += Self.label(number) + value(&input) }
        function += [0x01, 0x00]
        types.append(function)
    }

    private static func label(_ number: Int) -> [UInt8] {
        let text = "m\(number)"
        return [UInt8(text.utf8.count)] + text.utf8
    }

    private func value(_ input: inout FuzzInput) -> [UInt8] {
        let choice = input.number(below: 24)
        if choice < 11, let type = values.dropLast(choice % max(values.count, 1)).last { return [type] }
        return [[0x7f - UInt8(choice % 13), 0x64][choice == 23 ? 1 : 0]]
    }

    private func optional(_ input: inout FuzzInput) -> [UInt8] {
        input.flag() ? [0x01] + value(&input) : [0x00]
    }

    /// One definition: composite types, handles and resource types.
    private func next(_ input: inout FuzzInput) -> [UInt8] {
        let count = 1 + input.number(below: 6)
        switch input.number(below: 16) {
        case 0, 1: return [0x72, UInt8(count)] + (0..<count).flatMap { Self.label($0) + value(&input) }
        case 2, 3:
            return [0x71, UInt8(count)] + (0..<count).flatMap { Self.label($0) + optional(&input) + [0x00] }
        case 4, 5, 6: return [0x70] + value(&input)
        case 7: return [0x67] + value(&input) + [UInt8(count)]
        case 8: return [0x63, 0x7f - UInt8(input.number(below: 13))] + value(&input)
        case 9: return [0x6f, UInt8(count)] + (0..<count).flatMap { _ in value(&input) }
        case 10:
            let flags = 1 + input.number(below: 32)
            return [0x6e, UInt8(flags)] + (0..<flags).flatMap(Self.label)
        case 11: return [0x6d, UInt8(count)] + (0..<count).flatMap(Self.label)
        case 12: return [0x6b] + value(&input)
        case 13: return [0x6a] + optional(&input) + optional(&input)
        case 14: return [0x3f, 0x7f, 0x00]
        default:
            guard let resource = resources.last else {
                return [input.flag() ? 0x66 : 0x65] + optional(&input)
            }
            return [input.flag() ? 0x69 : 0x68, resource]
        }
    }
}
