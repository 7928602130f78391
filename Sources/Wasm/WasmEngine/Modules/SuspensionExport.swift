/// A function without parameters and results that is added to a module and exported.
struct AddedFunction {
    let name: String
    /// Without the `end`.
    let instructions: [UInt8]

    fileprivate func export(index: Int) -> [UInt8] {
        SuspensionExport.leb(name.utf8.count) + Array(name.utf8) + [0x00] + SuspensionExport.leb(index)
    }

    fileprivate var body: [UInt8] {
        SuspensionExport.leb(instructions.count + 2) + [0x00] + instructions + [0x0b]
    }
}

/// Gives every module one more function, which does nothing but the epoch check that every function begins with.
///
/// Such a check is the only place where the engine leaves a fiber's stack. A host function that must wait sets its
/// store's deadline to now and calls this function (see ``Fiber/suspend(_:)``). A module of its own would do too, but
/// the engine refuses to make an instance on a fiber, and making one for each guest beforehand costs a slot and a
/// microsecond that most guests never need. The function comes last, so no index of the module changes.
enum SuspensionExport {
    static let name = "martlet:suspend"

    /// The module with the function, and with others.
    ///
    /// - Parameter data: what its data section is to be, if not what it is.
    static func added(
        to binary: [UInt8], outline: ModuleOutline, data: [UInt8]? = nil, and others: [AddedFunction] = []
    ) -> [UInt8] {
        let functions = [AddedFunction(name: name, instructions: [])] + others
        let type: [UInt8] = [0x60, 0x00, 0x00]
        let first = outline.importedFunctions + outline.definedFunctions
        let additions: [(id: UInt8, items: [[UInt8]])] = [
            (1, [type]), (3, functions.map { _ in leb(outline.typeCount) }),
            (7, functions.indices.map { functions[$0].export(index: first + $0) }),
            (10, functions.map(\.body)),
        ]
        var result = Array(binary.prefix(ModuleOutline.preambleCount))
        result.reserveCapacity(binary.count + 128)
        var pending = additions[...]
        for section in outline.sections {
            let position = section.id == 0 ? 0 : order(of: section.id)
            while let next = pending.first, section.id != 0, order(of: next.id) < position {
                append(next.id, leb(next.items.count) + next.items.joined(), to: &result)
                pending.removeFirst()
            }
            if let next = pending.first, next.id == section.id {
                append(next.id, extended(section.body, with: next.items), to: &result)
                pending.removeFirst()
            } else {
                let replaced = section.id == MemoryStart.dataSection ? data : nil
                append(section.id, replaced.map { $0[...] } ?? section.body, to: &result)
            }
        }
        for next in pending { append(next.id, leb(next.items.count) + next.items.joined(), to: &result) }
        return result
    }

    // Sections come in this order, which is not that of their numbers.
    static func order(of id: UInt8) -> Int {
        [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11].firstIndex(of: id) ?? Int.max
    }

    static func extended(_ body: ArraySlice<UInt8>, with items: [[UInt8]]) -> [UInt8] {
        var reader = BinaryReader(body)
        let count = reader.number() ?? 0
        return leb(count + items.count) + body[reader.position...] + items.joined()
    }

    static func append(_ id: UInt8, _ body: some Collection<UInt8>, to result: inout [UInt8]) {
        result.append(id)
        result += leb(body.count)
        result += body
    }

    static func leb(_ number: Int) -> [UInt8] {
        var rest = number
        var bytes: [UInt8] = []
        repeat {
            let byte = UInt8(rest & 0x7f)
            rest >>= 7
            bytes.append(rest == 0 ? byte : byte | 0x80)
        } while rest != 0
        return bytes
    }
}
