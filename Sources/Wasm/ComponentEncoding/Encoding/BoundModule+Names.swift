import ComponentModel

/// From names to what they mean in a world.
extension BoundModule {
    static func source(
        _ name: CoreImportName, in world: World, _ place: String
    ) throws(EncodingError) -> ImportSource {
        switch name {
        case .builtin(let builtin): return .builtin(builtin)
        case .function(let interface, let name, let isAsync):
            let (key, function) = try importedFunction(interface, name, in: world, place)
            guard !isAsync || function.isAsync else {
                throw EncodingError(
                    "The module calls \(name) without waiting, as \(place), but it is no async function.")
            }
            return .lowered(key, function, isAsync: isAsync)
        case .resource(let operation, let interface, let resource, let ofExport):
            return .resource(
                operation, try self.resource(resource, interface, ofExport: ofExport, in: world, place))
        case .taskReturn(let interface, let name):
            guard let function = exportedFunction(interface, name, in: world) else {
                throw EncodingError("The world exports no function that \(place) could be for.")
            }
            return .taskReturn(function.result)
        case .channel(let channel, let interface, let name, let ofExport):
            guard let index = channel.index else {
                return .channel(channel, channel.kind == .stream ? .stream(nil) : .future(nil))
            }
            let function: WorldFunction?
            if ofExport {
                function = exportedFunction(interface, name, in: world)
            } else {
                function = try importedFunction(interface, name, in: world, place).1
            }
            let channels = function.map { world.channels(of: $0) } ?? []
            guard index < channels.count else {
                throw EncodingError("No function of the world has the stream or future that \(place) names.")
            }
            switch (channels[index], channel.kind) {
            case (.stream, .stream), (.future, .future): return .channel(channel, channels[index])
            default:
                throw EncodingError("\(place) names a stream where the world has a future, or the reverse.")
            }
        }
    }

    private static func importedFunction(
        _ interface: String?, _ name: String, in world: World, _ place: String
    ) throws(EncodingError) -> (ImportedFunction, WorldFunction) {
        guard let interface else {
            guard case .function(let function)? = world.importedItem(name)?.entity else {
                throw EncodingError("The world imports no function \"\(name)\", which \(place) refers to.")
            }
            return (.world(name: name), function)
        }
        guard let id = world.imported(interface) else {
            throw EncodingError("The world does not import interface \(interface), which \(place) refers to.")
        }
        guard let function = world[id].function(name) else {
            throw EncodingError(
                "Interface \(world[id].name) of the world has no function \"\(name)\", which the module imports."
            )
        }
        return (.interface(id, name: name), function)
    }

    private static func exportedFunction(
        _ interface: String?, _ name: String, in world: World
    ) -> WorldFunction? {
        guard let interface else {
            if case .function(let function)? = world.exportedItem(name)?.entity { return function }
            return nil
        }
        return world.exported(interface).flatMap { world[$0].function(name) }
    }

    private static func resource(
        _ name: String, _ interface: String?, ofExport: Bool, in world: World, _ place: String
    ) throws(EncodingError) -> World.TypeID {
        let id: World.TypeID?
        if let interface {
            let owner = ofExport ? world.exported(interface) : world.imported(interface)
            id = owner.flatMap { world.type(name, of: $0) }
        } else {
            id = world.ownType(name)
        }
        guard let id, case .resource = world[world.original(id)].kind else {
            throw EncodingError("The world has no resource \"\(name)\", which \(place) refers to.")
        }
        return id
    }
}

extension World {
    /// The streams and futures in a function's type, in the order in which tools number them: parameters before the
    /// result, what is inside before what is around.
    func channels(of function: WorldFunction) -> [WorldValueType] {
        var search = ChannelSearch()
        for type in function.valueTypes { addChannels(of: type, to: &search) }
        return search.found
    }

    private struct ChannelSearch {
        // Tools number by place, so that a type that stands twice is counted twice. A small type can be large when it
        // is written out: this is where the search ends.
        static let stepsMax = 100_000

        var found: [WorldValueType] = []
        var steps = 0
    }

    private func addChannels(of type: WorldValueType, to search: inout ChannelSearch) {
        search.steps += 1
        guard search.steps <= ChannelSearch.stepsMax else { return }
        if case .named(let id) = type {
            for part in self[id].kind.parts { addChannels(of: part, to: &search) }
            return
        }
        for part in type.parts { addChannels(of: part, to: &search) }
        switch type {
        case .stream, .future: search.found.append(type)
        default: break
        }
    }
}

extension Flattening {
    /// The core signature of an import, nil where any will do, and what it needs.
    mutating func signature(of source: ImportSource) -> (CoreSignature?, Needs) {
        switch source {
        case .lowered(_, let function, let isAsync):
            let (signature, needs) = lowered(function, isAsync: isAsync)
            return (signature, needs)
        case .taskReturn(let result):
            let (signature, needs) = taskReturn(result)
            return (signature, needs)
        case .resource(.drop, _): return (CoreSignature(parameters: [.i32], results: []), Needs())
        case .resource: return (CoreSignature(parameters: [.i32], results: [.i32]), Needs())
        case .channel(let channel, let type):
            guard channel.operation == .read || channel.operation == .write else { return (nil, Needs()) }
            var needs = Needs(memory: true)
            for element in type.parts { needs.add(contents(element)) }
            needs.realloc = channel.operation == .read && type.parts.contains { contents($0).hasPointer }
            return (nil, needs)
        case .builtin(let builtin):
            let isText = builtin.stringEncoding != nil
            // `error-context.debug-message` allocates.
            return (
                nil,
                Needs(
                    memory: builtin.takesMemory || isText, realloc: builtin.bytes == [0x1d], strings: isText)
            )
        case .native, .adapter, .mainExport, .pageAllocator: return (nil, Needs())
        }
    }
}
