import ComponentModel

/// Writes the definitions of a component in order, and counts its index spaces. Neighbours of one kind share a section.
struct ComponentWriter {
    private static let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]

    private var writer = ByteWriter(preamble)
    private var section: UInt8 = 0
    private var itemCount = 0
    private var items = ByteWriter()

    private var coreModuleCount: UInt32 = 0
    private var coreInstanceCount: UInt32 = 0
    private var coreTypeCount: UInt32 = 0
    private var coreCounts: [CoreSort: UInt32] = [:]
    private var counts: [ComponentSort: UInt32] = [:]

    private mutating func next(_ sort: ComponentSort) -> UInt32 {
        defer { counts[sort, default: 0] += 1 }
        return sort == .coreModule ? nextModule() : counts[sort, default: 0]
    }

    private mutating func nextModule() -> UInt32 {
        defer { coreModuleCount += 1 }
        return coreModuleCount
    }

    private mutating func next(_ sort: CoreSort) -> UInt32 {
        defer { coreCounts[sort, default: 0] += 1 }
        return coreCounts[sort, default: 0]
    }

    private mutating func item(_ section: UInt8, _ body: (inout ByteWriter) -> Void) {
        if self.section != section { closeSection() }
        self.section = section
        itemCount += 1
        body(&items)
    }

    private mutating func closeSection() {
        guard itemCount > 0 else { return }
        writer.byte(section)
        var contents = ByteWriter()
        contents.count(itemCount)
        contents.raw(items.bytes)
        writer.sized(contents.bytes)
        items = ByteWriter()
        itemCount = 0
        section = 0
    }

    private mutating func whole(_ section: UInt8, _ contents: [UInt8]) {
        closeSection()
        writer.byte(section)
        writer.sized(contents)
    }

    /// The component.
    mutating func finish() -> [UInt8] {
        closeSection()
        return writer.bytes
    }

    // MARK: - Core definitions

    mutating func coreModule(_ bytes: [UInt8]) -> UInt32 {
        whole(1, bytes)
        return nextModule()
    }

    mutating func coreInstance(
        of module: UInt32, with arguments: [(name: String, instance: UInt32)]
    ) -> UInt32 {
        item(2) { items in
            items.byte(0x00)
            items.u32(module)
            items.count(arguments.count)
            for (name, instance) in arguments {
                items.name(name)
                items.byte(0x12)
                items.u32(instance)
            }
        }
        defer { coreInstanceCount += 1 }
        return coreInstanceCount
    }

    mutating func coreInstance(of exports: [CoreExport]) -> UInt32 {
        item(2) { items in
            items.byte(0x01)
            items.count(exports.count)
            for export in exports {
                items.name(export.name)
                items.byte(export.sort.rawValue)
                items.u32(export.index)
            }
        }
        defer { coreInstanceCount += 1 }
        return coreInstanceCount
    }

    mutating func coreType(_ bytes: [UInt8]) -> UInt32 {
        item(3) { $0.raw(bytes) }
        defer { coreTypeCount += 1 }
        return coreTypeCount
    }

    mutating func alias(_ name: String, ofCore instance: UInt32, _ sort: CoreSort) -> UInt32 {
        item(6) { items in
            items.byte(0x00)
            items.byte(sort.rawValue)
            items.byte(0x01)
            items.u32(instance)
            items.name(name)
        }
        return next(sort)
    }

    /// A built-in, or a lowered function.
    mutating func canonical(_ bytes: [UInt8]) -> UInt32 {
        item(8) { $0.raw(bytes) }
        return next(CoreSort.function)
    }

    // MARK: - Component definitions

    mutating func lift(_ function: UInt32, _ options: [UInt8], type: UInt32) -> UInt32 {
        item(8) { items in
            items.raw([0x00, 0x00])
            items.u32(function)
            items.raw(options)
            items.u32(type)
        }
        return next(ComponentSort.function)
    }

    mutating func component(_ bytes: [UInt8]) -> UInt32 {
        whole(4, bytes)
        return next(ComponentSort.component)
    }

    mutating func instance(
        of component: UInt32, with arguments: [(name: String, sort: ComponentSort, index: UInt32)]
    ) -> UInt32 {
        item(5) { items in
            items.byte(0x00)
            items.u32(component)
            items.count(arguments.count)
            for (name, sort, index) in arguments {
                items.name(name)
                items.raw(Self.bytes(sort))
                items.u32(index)
            }
        }
        return next(ComponentSort.instance)
    }

    mutating func alias(_ name: String, of instance: UInt32, _ sort: ComponentSort) -> UInt32 {
        item(6) { items in
            items.raw(Self.bytes(sort))
            items.byte(0x00)
            items.u32(instance)
            items.name(name)
        }
        return next(sort)
    }

    mutating func type(_ bytes: [UInt8]) -> UInt32 {
        item(7) { $0.raw(bytes) }
        return next(ComponentSort.type)
    }

    mutating func importItem(_ name: String, _ type: ExternType) -> UInt32 {
        item(10) { items in
            items.externName(name)
            items.raw(type.bytes)
        }
        return next(type.sort)
    }

    mutating func export(
        _ name: String, _ sort: ComponentSort, _ index: UInt32, as type: ExternType? = nil
    ) -> UInt32 {
        item(11) { items in
            items.externName(name)
            items.raw(Self.bytes(sort))
            items.u32(index)
            items.byte(type == nil ? 0 : 1)
            if let type { items.raw(type.bytes) }
        }
        return next(sort)
    }

    private static func bytes(_ sort: ComponentSort) -> [UInt8] {
        sort == .coreModule ? [0x00, 0x11] : [sort.rawValue]
    }
}

/// An export of a core instance that is made of exports.
struct CoreExport {
    var name: String
    var sort: CoreSort
    var index: UInt32
}

/// The type of an import or of an export.
enum ExternType {
    case module(UInt32)
    case function(UInt32)
    case typeEqual(UInt32)
    case resource
    case instance(UInt32)

    var sort: ComponentSort {
        switch self {
        case .module: .coreModule
        case .function: .function
        case .typeEqual, .resource: .type
        case .instance: .instance
        }
    }

    var bytes: [UInt8] {
        ByteWriter.write { writer in
            switch self {
            case .module(let index):
                writer.raw([0x00, 0x11])
                writer.u32(index)
            case .function(let index):
                writer.byte(0x01)
                writer.u32(index)
            case .typeEqual(let index):
                writer.raw([0x03, 0x00])
                writer.u32(index)
            case .resource: writer.raw([0x03, 0x01])
            case .instance(let index):
                writer.byte(0x05)
                writer.u32(index)
            }
        }
    }
}
