extension ComponentDecoder {
    /// `nameattributes`: a name, and with the feature a list of attributes, each kind once.
    mutating func externName() throws(ComponentModelError) -> ExternNameReference {
        let kind = try reader.byte()
        guard kind <= 2 else {
            throw reader.malformedByte(kind, "kind of extern name (invalid leading byte)")
        }
        if kind == 2, features.isDisjoint(with: [.implements, .canonicalNames]) {
            throw .disabled("attributes of names are switched off", at: reader.offset - 1)
        }
        var result = ExternNameReference(name: try name())
        guard kind == 2 else { return result }
        for _ in 0..<(try reader.u32()) {
            let start = reader.offset
            let attribute = try reader.byte()
            let isDuplicate: Bool
            switch attribute {
            case 0x00:
                isDuplicate = result.implements != nil
                result.implements = try name()
            case 0x01:
                isDuplicate = result.versionSuffix != nil
                result.versionSuffix = try name()
            case 0x02:
                isDuplicate = result.externalID != nil
                result.externalID = try name()
            default: throw reader.malformedByte(attribute, "attribute of a name")
            }
            guard !isDuplicate else {
                throw .malformed("attribute \(attribute) of a name is given twice (duplicate)", at: start)
            }
        }
        return result
    }

    mutating func externType() throws(ComponentModelError) -> ExternTypeReference {
        switch try componentSort() {
        case .coreModule: return .module(try reader.u32())
        case .function: return .function(try reader.u32())
        case .value: return try valueBound()
        case .type:
            let bound = try reader.byte()
            switch bound {
            case 0x00: return .type(.equal(try reader.u32()))
            case 0x01: return .type(.subResource)
            default: throw reader.malformedByte(bound, "type bound (invalid leading byte)")
            }
        case .component: return .component(try reader.u32())
        case .instance: return .instance(try reader.u32())
        }
    }

    private mutating func valueBound() throws(ComponentModelError) -> ExternTypeReference {
        guard features.contains(.values) else {
            throw .disabled("values are switched off", at: reader.offset - 1)
        }
        let bound = try reader.byte()
        switch bound {
        case 0x00: return .equalValue(try reader.u32())
        case 0x01: return .value(try valueType())
        default: throw reader.malformedByte(bound, "value bound")
        }
    }

    /// `sort` of something that a component can export.
    mutating func componentSort() throws(ComponentModelError) -> ComponentSort {
        let first = try reader.byte()
        return try componentSort(first, first == 0 ? try reader.byte() : nil)
    }

    private func componentSort(_ first: UInt8, _ core: UInt8?) throws(ComponentModelError) -> ComponentSort {
        if let core {
            guard core == 0x11 else {
                throw reader.malformedByte(core, "core sort of a component's definition")
            }
            return .coreModule
        }
        guard first != 0x11, let sort = ComponentSort(rawValue: first) else {
            throw reader.malformedByte(first, "sort (invalid leading byte)")
        }
        return sort
    }

    private func coreSort(_ byte: UInt8) throws(ComponentModelError) -> CoreSort {
        guard let sort = CoreSort(rawValue: byte) else { throw reader.malformedByte(byte, "core sort") }
        return sort
    }

    mutating func alias() throws(ComponentModelError) -> AliasDefinition {
        let first = try reader.byte()
        let core: UInt8? = first == 0 ? try reader.byte() : nil
        let target = try reader.byte()
        switch target {
        case 0x00:
            let sort = try componentSort(first, core)
            return .instanceExport(sort, instance: try reader.u32(), name: try name())
        case 0x01:
            guard let core else { throw reader.malformedByte(first, "core sort of a core export") }
            return .coreInstanceExport(try coreSort(core), instance: try reader.u32(), name: try name())
        case 0x02:
            let sort: AliasDefinition.OuterSort
            switch (first, core) {
            case (0, 0x10): sort = .coreType
            case (0, 0x11): sort = .coreModule
            case (0x03, _): sort = .type
            case (0x04, _): sort = .component
            default:
                throw reader.malformedByte(core ?? first, "sort of an outer alias (invalid leading byte)")
            }
            return .outer(sort, count: try reader.u32(), index: try reader.u32())
        default: throw reader.malformedByte(target, "alias target (invalid leading byte)")
        }
    }

    mutating func importDefinition() throws(ComponentModelError) -> Definition.Kind {
        .importItem(try externName(), try externType())
    }

    mutating func exportDefinition() throws(ComponentModelError) -> Definition.Kind {
        let name = try externName()
        let sort = try componentSort()
        let index = try reader.u32()
        let ascribed = try reader.flag("presence of an export's type") ? try externType() : nil
        return .export(name, sort, index: index, ascribed: ascribed)
    }

    mutating func coreInstance() throws(ComponentModelError) -> Definition.Kind {
        let kind = try reader.byte()
        switch kind {
        case 0x00:
            let module = try reader.u32()
            let arguments = try vector(limit: limits.instantiationArguments, "core instantiation arguments") {
                (decoder) throws(ComponentModelError) in
                let name = try decoder.name()
                let sort = try decoder.reader.byte()
                guard sort == 0x12 else {
                    throw decoder.reader.malformedByte(sort, "sort of a core argument")
                }
                return CoreInstantiationArgument(name: name, instance: try decoder.reader.u32())
            }
            return .coreInstantiate(module: module, arguments: result.coreArguments.pool(arguments))
        case 0x01:
            let exports = try vector(limit: limits.instantiationArguments, "core instance exports") {
                (decoder) throws(ComponentModelError) in
                let name = try decoder.name()
                let sort = try decoder.coreSort(try decoder.reader.byte())
                return CoreInlineExport(name: name, sort: sort, index: try decoder.reader.u32())
            }
            return .coreInstanceOfExports(result.coreExports.pool(exports))
        default: throw reader.malformedByte(kind, "core instance expression (invalid leading byte)")
        }
    }

    mutating func instance() throws(ComponentModelError) -> Definition.Kind {
        let kind = try reader.byte()
        switch kind {
        case 0x00:
            let component = try reader.u32()
            let arguments = try vector(limit: limits.instantiationArguments, "instantiation arguments") {
                (decoder) throws(ComponentModelError) in
                InstantiationArgument(
                    name: try decoder.name(), sort: try decoder.componentSort(),
                    index: try decoder.reader.u32())
            }
            return .instantiate(component: component, arguments: result.arguments.pool(arguments))
        case 0x01:
            let exports = try vector(limit: limits.instantiationArguments, "instance exports") {
                (decoder) throws(ComponentModelError) in
                InlineExport(
                    name: try decoder.externName(), sort: try decoder.componentSort(),
                    index: try decoder.reader.u32())
            }
            return .instanceOfExports(result.exports.pool(exports))
        default: throw reader.malformedByte(kind, "instance expression (invalid leading byte)")
        }
    }

    mutating func startDefinition() throws(ComponentModelError) -> Definition.Kind {
        let function = try reader.u32()
        let arguments = try vector(limit: limits.startArguments, "start arguments") {
            (decoder) throws(ComponentModelError) in try decoder.reader.u32()
        }
        let results = try reader.u32()
        return .start(function: function, arguments: result.values.pool(arguments), results: results)
    }
}
