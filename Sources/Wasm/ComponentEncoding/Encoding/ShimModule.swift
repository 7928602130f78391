import ComponentModel

/// The two core modules that let a module import functions which need its own memory: one whose functions call through
/// a table, made before the module, and one that fills the table, made after it.
struct ShimModule {
    static let tableName = "$imports"
    static let initializeName = "initialize"

    private(set) var signatures: [CoreSignature] = []

    /// Adds a function; its name is its number.
    mutating func add(_ signature: CoreSignature) -> String {
        signatures.append(signature)
        return "\(signatures.count - 1)"
    }

    private static let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

    static func opcode(_ type: CoreValueType) -> UInt8 {
        switch type {
        case .i64: 0x7e
        case .f32: 0x7d
        case .f64: 0x7c
        default: 0x7f
        }
    }

    static func functionType(_ signature: CoreSignature) -> [UInt8] {
        ByteWriter.write { writer in
            writer.byte(0x60)
            writer.count(signature.parameters.count)
            writer.raw(signature.parameters.map(opcode))
            writer.count(signature.results.count)
            writer.raw(signature.results.map(opcode))
        }
    }

    private static func section(_ id: UInt8, _ items: [[UInt8]]) -> [UInt8] {
        ByteWriter.write { writer in
            writer.byte(id)
            writer.sized(
                ByteWriter.write { contents in
                    contents.count(items.count)
                    for item in items { contents.raw(item) }
                })
        }
    }

    private static func named(_ name: String, _ kind: UInt8, _ index: Int) -> [UInt8] {
        ByteWriter.write { writer in
            writer.name(name)
            writer.byte(kind)
            writer.count(index)
        }
    }

    /// The table type: as many slots as there are functions.
    private var table: [UInt8] {
        ByteWriter.write { writer in
            writer.raw([0x70, 0x01])
            writer.count(signatures.count)
            writer.count(signatures.count)
        }
    }

    /// The module whose functions call through the table.
    var bytes: [UInt8] {
        let bodies = signatures.enumerated().map { number, signature in
            ByteWriter.write { writer in
                writer.sized(
                    ByteWriter.write { body in
                        body.byte(0x00)
                        for parameter in 0..<signature.parameters.count {
                            body.byte(0x20)
                            body.count(parameter)
                        }
                        body.byte(0x41)
                        // A signed number: the encoding of indices where opcodes are negative is the same.
                        body.typeIndex(UInt32(number))
                        body.byte(0x11)
                        body.count(number)
                        body.raw([0x00, 0x0b])
                    })
            }
        }
        let exports =
            signatures.indices.map { Self.named("\($0)", 0x00, $0) }
            + [Self.named(Self.tableName, 0x01, 0)]
        return Self.preamble
            + Self.section(1, signatures.map(Self.functionType))
            + Self.section(3, signatures.indices.map { index in ByteWriter.write { $0.count(index) } })
            + Self.section(4, [table])
            + Self.section(7, exports)
            + Self.section(10, bodies)
    }

    /// The module that fills the table and then, if asked to, calls a function.
    func fixUp(callsInitialize: Bool) -> [UInt8] {
        var types = signatures.map(Self.functionType)
        var imports = signatures.indices.map { index in
            Self.importItem("\(index)", kind: 0x00, ByteWriter.write { $0.count(index) })
        }
        if callsInitialize {
            imports.append(
                Self.importItem(Self.initializeName, kind: 0x00, ByteWriter.write { $0.count(types.count) }))
            types.append(Self.functionType(CoreSignature(parameters: [], results: [])))
        }
        var result = Self.preamble + Self.section(1, types)
        if signatures.isEmpty {
            result += Self.section(2, imports)
        } else {
            result += Self.section(2, imports + [Self.importItem(Self.tableName, kind: 0x01, table)])
        }
        if callsInitialize {
            result += [0x08]
            let start = ByteWriter.write { $0.count(signatures.count) }
            result += ByteWriter.write { $0.sized(start) }
        }
        guard !signatures.isEmpty else { return result }
        let elements = ByteWriter.write { writer in
            writer.raw([0x00, 0x41, 0x00, 0x0b])
            writer.count(signatures.count)
            for index in signatures.indices { writer.count(index) }
        }
        return result + Self.section(9, [elements])
    }

    private static func importItem(_ name: String, kind: UInt8, _ type: [UInt8]) -> [UInt8] {
        ByteWriter.write { writer in
            writer.name("")
            writer.name(name)
            writer.byte(kind)
            writer.raw(type)
        }
    }
}
