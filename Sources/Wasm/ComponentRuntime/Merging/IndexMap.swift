/// Where the items of one module's index spaces are in the merged module.
struct IndexMap {
    /// What is added to type, element segment and data segment indices, and how many the module has.
    var types = Shift()
    var elements = Shift()
    var data = Shift()
    /// By index in the module.
    var functions: [UInt32] = []
    var tables: [UInt32] = []
    var memories: [UInt32] = []
    var globals: [UInt32] = []

    struct Shift {
        var base: UInt32 = 0
        var count: UInt32 = 0

        func new(_ index: UInt32) throws(Unmergeable) -> UInt32 {
            guard index < count else { throw Unmergeable() }
            return index + base
        }
    }

    subscript(kind: CoreKind) -> [UInt32] {
        get {
            switch kind {
            case .function: functions
            case .table: tables
            case .memory: memories
            case .global: globals
            }
        }
        set {
            switch kind {
            case .function: functions = newValue
            case .table: tables = newValue
            case .memory: memories = newValue
            case .global: globals = newValue
            }
        }
    }

    func new(_ kind: CoreKind, _ index: UInt32) throws(Unmergeable) -> UInt32 {
        let map = self[kind]
        guard index < map.count else { throw Unmergeable() }
        return map[Int(index)]
    }
}

/// The kinds of items that merged modules import from each other, by their number in the binary format.
enum CoreKind: UInt8, Sendable {
    case function = 0
    case table = 1
    case memory = 2
    case global = 3
}
