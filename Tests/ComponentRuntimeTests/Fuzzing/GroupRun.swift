import Synchronization
import WasmEngine

@testable import ComponentRuntime

/// A group's modules in a store of their own, as they are or merged, and what their functions did.
final class GroupRun {
    /// What a function, or the host, was given or gave.
    enum Event: Equatable {
        case called(host: Int, [UInt64])
        case returned([UInt64])
        case trapped(Trap.Reason)
    }

    /// Whether all instances could be made; segments may lie outside of what they fill.
    private(set) var isMade = false
    private let store: Store
    private var functions: [(id: FunctionID, type: FunctionType)] = []
    private var memories: [MemoryID] = []

    private static let events = Mutex<[Event]>([])
    private static let hosts = FuzzedGroup.hosts.enumerated().map { number, signature in
        let (parameters, results) = FuzzedModule.signatures[signature]
        return HostFunctionTemplate(FunctionType(types(parameters), types(results))) {
            (_, slots) throws(Trap) in
            let given = parameters.indices.map { UInt64(slots[u32: $0]) }
            let count = events.withLock { events in
                events.append(.called(host: number, given))
                return events.count
            }
            if parameters.isEmpty, count % 5 == 4 { throw Trap.host("enough") }
            if !results.isEmpty { slots[i64: 0] = Int64(count + number) }
        }
    }

    private init(_ engine: Engine) throws {
        var limits = InstanceLimits()
        limits.tables = 64
        limits.memories = 16
        store = try Store(engine: engine, limits: limits)
    }

    /// The modules as they are.
    ///
    /// - Throws: where one imports what another does not export.
    convenience init(_ group: FuzzedGroup, _ engine: Engine) throws {
        try self.init(engine)
        let modules = try group.modules.map { try Module(engine: engine, binary: $0.binary) }
        var instances: [InstanceID] = []
        do {
            for (module, (_, sources)) in zip(modules, group.modules) {
                let imports = try sources.map { source in
                    switch source {
                    case .host(let number): Extern(store.makeFunction(Self.hosts[number]))
                    case .export(let instance, let name): try export(name, of: instances[instance])
                    }
                }
                instances.append(try store.instantiate(module, imports: imports))
            }
        } catch is Trap {
            return
        }
        try take(
            try group.functions.map { item in
                (
                    try export(item.name, of: instances[item.instance]),
                    modules[item.instance].functionType(ofExport: item.name)
                )
            }, try group.memories.map { try export($0.name, of: instances[$0.instance]) })
    }

    /// The modules as one.
    convenience init(merged binary: [UInt8], hosts: [Int], _ group: FuzzedGroup, _ engine: Engine) throws {
        try self.init(engine)
        let merged = try Module(engine: engine, binary: binary)
        let instance: InstanceID
        do {
            instance = try store.instantiate(
                merged, imports: hosts.map { Extern(store.makeFunction(Self.hosts[$0])) })
        } catch is Trap {
            return
        }
        let functions = group.functions.indices.map { "\($0)" }
        let memories = group.memories.indices.map { "\(group.functions.count + $0)" }
        try take(
            try functions.map { (try export($0, of: instance), merged.functionType(ofExport: $0)) },
            try memories.map { try export($0, of: instance) })
    }

    private struct Missing: Error { let name: String }

    private func export(_ name: String, of instance: InstanceID) throws -> Extern {
        guard let item = store.export(name, of: instance) else { throw Missing(name: name) }
        return item
    }

    private func take(_ functions: [(Extern, FunctionType?)], _ memories: [Extern]) throws {
        self.functions = try functions.map { item, type in
            guard let id = item.function, let type else { throw Missing(name: "function") }
            return (id, type)
        }
        self.memories = try memories.map { item in
            guard let id = item.memory else { throw Missing(name: "memory") }
            return id
        }
        isMade = true
    }

    private static func types(_ bytes: [UInt8]) -> [ValueType] {
        bytes.map { $0 == FuzzedModule.i32 ? .i32 : $0 == FuzzedModule.i64 ? .i64 : .f64 }
    }

    // MARK: - Behaviour

    /// Calls everything twice here and there, and compares.
    func difference(to other: GroupRun) -> String? {
        for _ in 0..<2 {
            for index in functions.indices {
                let (mine, theirs) = (events(ofCalling: index), other.events(ofCalling: index))
                // How deep calls nest, and what they did until then, is the engine's business.
                if mine.last == .trapped(.stackOverflow) || theirs.last == .trapped(.stackOverflow) {
                    return nil
                }
                if mine != theirs { return "function \(index): \(mine), merged: \(theirs)" }
            }
        }
        for (mine, theirs) in zip(memories, other.memories) {
            let areEqual = store.bytes(of: mine).elementsEqual(other.store.bytes(of: theirs))
            if !areEqual { return "memories differ" }
        }
        return nil
    }

    private func events(ofCalling index: Int) -> [Event] {
        Self.events.withLock { $0 = [] }
        let (id, type) = functions[index]
        var slots = Array(repeating: UInt64(0), count: 2 * max(type.parameters.count, type.results.count, 1))
        for place in type.parameters.indices { slots[2 * place] = UInt64(index + place) }
        let trap = slots.withUnsafeMutableBytes { store.trap(ofCalling: id, slots: $0) }
        let last: Event
        if let trap {
            last = .trapped(trap.reason)
        } else {
            last = .returned(
                type.results.enumerated().map { place, type in
                    type == .i32 ? slots[2 * place] & 0xffff_ffff : slots[2 * place]
                })
        }
        return Self.events.withLock { $0 + [last] }
    }
}
