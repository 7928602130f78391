import ComponentModel

/// Writes the type of an imported interface.
struct InstanceTypeWriter: TypeEncoding {
    let world: World
    let interface: World.InterfaceID
    /// Indices in the component around, of types of other interfaces.
    let outer: [World.TypeID: UInt32]
    var anonymous: [WorldValueType: UInt32] = [:]

    private var indices: [World.TypeID: UInt32] = [:]
    private var declarations = ByteWriter()
    private var declarationCount = 0
    private var typeCount: UInt32 = 0

    init(_ world: World, _ interface: World.InterfaceID, outer: [World.TypeID: UInt32]) {
        self.world = world
        self.interface = interface
        self.outer = outer
    }

    mutating func define(_ bytes: [UInt8]) -> UInt32 {
        declare([0x01] + bytes)
        defer { typeCount += 1 }
        return typeCount
    }

    private mutating func declare(_ bytes: [UInt8]) {
        declarations.raw(bytes)
        declarationCount += 1
    }

    mutating func index(of id: World.TypeID) -> UInt32 {
        if let known = indices[id] { return known }
        guard let around = outer[id] else {
            add(id)
            return indices[id] ?? 0
        }
        declare(
            ByteWriter.write { writer in
                writer.raw([0x02, ComponentSort.type.rawValue, 0x02, 0x01])
                writer.u32(around)
            })
        indices[id] = typeCount
        defer { typeCount += 1 }
        return typeCount
    }

    /// Declares a type of the interface.
    mutating func add(_ id: World.TypeID) {
        guard indices[id] == nil else { return }
        let type = world[id]
        let bound: ExternType
        if case .resource = type.kind { bound = .resource } else { bound = .typeEqual(define(type.kind)) }
        declareExport(type.name, bound)
        indices[id] = typeCount
        typeCount += 1
    }

    /// Declares a function of the interface.
    mutating func add(_ function: WorldFunction) {
        let type = define(function)
        declareExport(function.name, .function(type))
    }

    private mutating func declareExport(_ name: String, _ type: ExternType) {
        declare(
            ByteWriter.write { writer in
                writer.byte(0x04)
                writer.externName(name)
                writer.raw(type.bytes)
            })
    }

    /// The type.
    var bytes: [UInt8] {
        var writer = ByteWriter([0x42])
        writer.count(declarationCount)
        writer.raw(declarations.bytes)
        return writer.bytes
    }
}
