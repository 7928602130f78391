/// Gives every module one more function, which does nothing but the epoch check that every function begins with.
///
/// Such a check is the only place where the engine leaves a fiber's stack. A host function that must wait sets its
/// store's deadline to now and calls this function (see ``Fiber/suspend(_:)``). A module of its own would do too, but
/// the engine refuses to make an instance on a fiber, and making one for each guest beforehand costs a slot and a
/// microsecond that most guests never need. The function comes last, so no index of the module changes.
enum SuspensionExport {
    static let name = "martlet:suspend"

    /// The module with the function.
    ///
    /// - Parameter data: what its data section is to be, if not what it is.
    static func added(to binary: [UInt8], outline: ModuleOutline, data: [UInt8]? = nil) -> [UInt8] {
        let type: [UInt8] = [0x60, 0x00, 0x00]
        let export =
            leb(name.utf8.count) + Array(name.utf8) + [0x00]
            + leb(outline.importedFunctions + outline.definedFunctions)
        let body: [UInt8] = [0x02, 0x00, 0x0b]
        let additions: [(id: UInt8, item: [UInt8])] = [
            (1, type), (3, leb(outline.typeCount)), (7, export), (10, body),
        ]
        var result = Array(binary.prefix(ModuleOutline.preambleCount))
        result.reserveCapacity(binary.count + 64)
        var pending = additions[...]
        for section in outline.sections {
            let position = section.id == 0 ? 0 : order(of: section.id)
            while let next = pending.first, section.id != 0, order(of: next.id) < position {
                append(next.id, leb(1) + next.item, to: &result)
                pending.removeFirst()
            }
            if let next = pending.first, next.id == section.id {
                append(next.id, extended(section.body, with: next.item), to: &result)
                pending.removeFirst()
            } else {
                let replaced = section.id == MemoryStart.dataSection ? data : nil
                append(section.id, replaced.map { $0[...] } ?? section.body, to: &result)
            }
        }
        for next in pending { append(next.id, leb(1) + next.item, to: &result) }
        return result
    }

    // Sections come in this order, which is not that of their numbers.
    static func order(of id: UInt8) -> Int {
        [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11].firstIndex(of: id) ?? Int.max
    }

    static func extended(_ body: ArraySlice<UInt8>, with item: [UInt8]) -> [UInt8] {
        var reader = BinaryReader(body)
        let count = reader.number() ?? 0
        return leb(count + 1) + body[reader.position...] + item
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
