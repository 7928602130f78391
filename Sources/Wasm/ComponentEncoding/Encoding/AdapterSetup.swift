import ComponentModel

/// What adapters of the Wasmtime project need before they are used: a stack of their own in the main module's memory,
/// which they leave to the encoder, and an allocator where the main module has none.
///
/// Both are pages that the memory is grown by: the main module's allocator may not be ready yet. The stack pointer and
/// the state of allocation are globals that the module does not export; they are found by the name section.
struct AdapterSetup {
    static let stackName = "__stack_pointer"
    static let stateName = "allocation_state"
    static let memoryName = "memory"
    static let allocatorName = "cabi_realloc"

    private static let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    /// What the adapter's `allocation_state` is once it has a stack.
    private static let stackAllocated: UInt8 = 2

    /// The globals that the adapter has, of those that matter.
    let globals: [(name: String, index: UInt32)]
    /// The adapter with those exported.
    let bytes: [UInt8]

    /// Nil for adapters that have a stack, or need none.
    init?(_ adapter: CoreModule) {
        let names = Self.globalNames(of: adapter)
        guard let stack = names[Self.stackName] else { return nil }
        var globals = [(Self.stackName, stack)]
        if let state = names[Self.stateName] { globals.append((Self.stateName, state)) }
        self.globals = globals
        bytes = Self.exporting(globals, from: adapter.strippedBytes)
    }

    /// Mutable 32-bit globals by their names in the name section. Broken sections name nothing.
    private static func globalNames(of module: CoreModule) -> [String: UInt32] {
        guard let section = module.customSections.first(where: { $0.name == "name" }) else { return [:] }
        let globals = module.definition.globals
        var result: [String: UInt32] = [:]
        var reader = SectionReader(Array(section.contents))
        while let (id, end) = reader.section() {
            if id == 7, let count = reader.u32() {
                for _ in 0..<count {
                    guard let index = reader.u32(), let name = reader.name() else { break }
                    guard Int(index) < globals.count, globals[Int(index)].isMutable,
                        globals[Int(index)].content == .i32
                    else { continue }
                    result[name] = index
                }
            }
            reader.skip(to: end)
        }
        return result
    }

    /// Adds exports to a module.
    private static func exporting(_ globals: [(name: String, index: UInt32)], from bytes: [UInt8]) -> [UInt8]
    {
        var added = ByteWriter()
        for (name, index) in globals {
            added.name(name)
            added.byte(0x03)
            added.u32(index)
        }
        var result = ByteWriter(Array(bytes.prefix(8)))
        var reader = SectionReader(bytes)
        reader.skip(to: 8)
        while let (id, end) = reader.section() {
            let contents = bytes[reader.offset..<end]
            var section = Array(contents)
            if id == 7, let count = reader.u32() {
                section = ByteWriter.write { writer in
                    writer.u32(count + UInt32(globals.count))
                    writer.raw(bytes[reader.offset..<end])
                    writer.raw(added.bytes)
                }
            }
            result.byte(id)
            result.sized(section)
            reader.skip(to: end)
        }
        return result.bytes
    }

    // MARK: - Modules

    /// Gives the stack its page when it is instantiated.
    var stackModule: [UInt8] {
        var imports = ByteWriter([UInt8(globals.count + 1)])
        Self.importItem(Self.memoryName, [0x02, 0x00, 0x00], &imports)
        for global in globals { Self.importItem(global.name, [0x03, 0x7f, 0x01], &imports) }
        // The page's number, or a trap; sixteen bits up is its address, and its end the top of the stack.
        var body: [UInt8] = [
            0x01, 0x01, 0x7f, 0x41, 0x01, 0x40, 0x00, 0x22, 0x00, 0x41, 0x7f, 0x46, 0x04, 0x40, 0x00, 0x0b,
            0x20, 0x00, 0x41, 0x01, 0x6a, 0x41, 0x10, 0x74, 0x24, 0x00,
        ]
        if globals.count > 1 { body += [0x41, Self.stackAllocated, 0x24, 0x01] }
        body.append(0x0b)
        return Self.preamble + Self.section(1, [0x01, 0x60, 0x00, 0x00]) + Self.section(2, imports.bytes)
            + Self.section(3, [0x01, 0x00]) + Self.section(8, [0x00])
            + Self.section(10, [0x01] + ByteWriter.write { $0.sized(body) })
    }

    /// Allocates whole pages, and never frees.
    static var allocatorModule: [UInt8] {
        var imports = ByteWriter([0x01])
        importItem(memoryName, [0x02, 0x00, 0x00], &imports)
        let exports = ByteWriter.write {
            $0.byte(0x01)
            $0.name(allocatorName)
            $0.raw([0x00, 0x00])
        }
        // Traps for a block that exists already, and when there are no more pages.
        let body: [UInt8] = [
            0x00, 0x20, 0x00, 0x04, 0x40, 0x00, 0x0b, 0x20, 0x03, 0x41, 0xff, 0xff, 0x03, 0x6a, 0x41, 0x10,
            0x76, 0x40, 0x00, 0x22, 0x00, 0x41, 0x7f, 0x46, 0x04, 0x40, 0x00, 0x0b, 0x20, 0x00, 0x41, 0x10,
            0x74, 0x0b,
        ]
        return preamble + section(1, [0x01, 0x60, 0x04, 0x7f, 0x7f, 0x7f, 0x7f, 0x01, 0x7f])
            + section(2, imports.bytes) + section(3, [0x01, 0x00]) + section(7, exports)
            + section(10, [0x01] + ByteWriter.write { $0.sized(body) })
    }

    private static func section(_ id: UInt8, _ contents: [UInt8]) -> [UInt8] {
        [id] + ByteWriter.write { $0.sized(contents) }
    }

    private static func importItem(_ name: String, _ type: [UInt8], _ writer: inout ByteWriter) {
        writer.name("")
        writer.name(name)
        writer.raw(type)
    }
}
