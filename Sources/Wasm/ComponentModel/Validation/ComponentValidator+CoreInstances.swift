/// Core instances (Binary.md, instance definitions).
extension ComponentValidator {
    func coreExport(
        _ name: NameID, of instance: CoreInstanceType
    ) -> CoreEntityType? {
        switch instance {
        case .module(let id): types.modules[Int(id.index)].exports[name]
        case .exports(let exports): exports[name]
        }
    }

    mutating func instantiateModule(
        _ index: UInt32, _ range: PoolRange, at offset: Int
    ) throws(ComponentModelError) -> CoreInstanceType {
        let id = try module(index, at: offset)
        var arguments: [NameID: CoreInstanceType] = [:]
        for argument in definition.coreArguments[range.indices] {
            let instance = try coreInstance(argument.instance, at: offset)
            guard arguments.updateValue(instance, forKey: argument.name) == nil else {
                throw .invalid(
                    "duplicate module instantiation argument named `\(names[argument.name])`", at: offset)
            }
        }
        for (name, expected) in types.modules[Int(id.index)].imports {
            try step(at: offset)
            guard let instance = arguments[name.module] else {
                throw .invalid(
                    "missing module instantiation argument named `\(names[name.module])`", at: offset)
            }
            guard let actual = coreExport(name.name, of: instance) else {
                throw .invalid(
                    "module instantiation argument `\(names[name.module])` does not export an item named "
                        + "`\(names[name.name])`", at: offset)
            }
            do {
                try checkSubtype(actual, expected, at: offset)
            } catch {
                throw error.within(
                    "type mismatch for export `\(names[name.name])` of module instantiation argument "
                        + "`\(names[name.module])`")
            }
        }
        return .module(id)
    }

    mutating func coreInstance(of range: PoolRange, at offset: Int) throws(ComponentModelError)
        -> CoreInstanceType
    {
        var exports = CoreExternMap()
        for export in definition.coreExports[range.indices] {
            let type: CoreEntityType
            switch export.sort {
            case .function: type = .function(try coreFunction(export.index, at: offset).index)
            case .table: type = .table(try coreTable(export.index, at: offset))
            case .memory: type = .memory(try coreMemory(export.index, at: offset))
            case .global: type = .global(try coreGlobal(export.index, at: offset))
            case .tag:
                try require(.coreExceptions, "a tag", at: offset)
                type = .tag(try coreTag(export.index, at: offset).index)
            }
            guard exports.insert(export.name, type) else {
                throw .invalid(
                    "duplicate instantiation export name `\(names[export.name])` already defined", at: offset)
            }
        }
        return .exports(exports)
    }

    /// Whether a core item can stand where another is expected (core specification, import matching).
    func checkSubtype(
        _ actual: CoreEntityType, _ expected: CoreEntityType, at offset: Int
    ) throws(ComponentModelError) {
        switch (actual, expected) {
        case (.function(let left), .function(let right)), (.exactFunction(let left), .function(let right)),
            (.tag(let left), .tag(let right)):
            try checkCoreFunction(left, right, at: offset)
        case (.exactFunction(let left), .exactFunction(let right)):
            try checkCoreFunction(left, right, at: offset)
            try checkCoreFunction(right, left, at: offset)
        case (.table(let left), .table(let right)): try checkSubtype(left, right, at: offset)
        case (.memory(let left), .memory(let right)): try checkSubtype(left, right, at: offset)
        case (.global(let left), .global(let right)):
            guard left.isMutable == right.isMutable else {
                throw .invalid("global types differ in mutability", at: offset)
            }
            guard left.content == right.content else {
                throw .invalid("expected global type \(right.content), found \(left.content)", at: offset)
            }
        default: throw .invalid("expected \(expected.name), found \(actual.name)", at: offset)
        }
    }

    private func checkCoreFunction(
        _ left: UInt32, _ right: UInt32, at offset: Int
    ) throws(ComponentModelError) {
        let actual = CoreTypeID(index: left)
        let expected = CoreTypeID(index: right)
        guard types.core.isSubtype(actual, expected) else {
            let describe = { (id: CoreTypeID) in types.core.function(id)?.description ?? "another type" }
            throw .invalid("expected: \(describe(expected)), found: \(describe(actual))", at: offset)
        }
    }

    func checkSubtype(
        _ actual: CoreTableType, _ expected: CoreTableType, at offset: Int
    ) throws(ComponentModelError) {
        guard actual.element == expected.element else {
            throw .invalid(
                "expected table element type \(expected.element), found \(actual.element)", at: offset)
        }
        guard actual.limits.isShared == expected.limits.isShared else {
            throw .invalid("mismatch in the shared flag for tables", at: offset)
        }
        guard actual.limits.is64 == expected.limits.is64, actual.limits.fits(expected.limits) else {
            throw .invalid("mismatch in table limits", at: offset)
        }
    }

    func checkSubtype(
        _ actual: CoreMemoryType, _ expected: CoreMemoryType, at offset: Int
    ) throws(ComponentModelError) {
        guard actual.limits.isShared == expected.limits.isShared else {
            throw .invalid("mismatch in the shared flag for memories", at: offset)
        }
        guard actual.limits.is64 == expected.limits.is64 else {
            throw .invalid("mismatch in index type used for memories", at: offset)
        }
        guard actual.pageSizeLog2 == expected.pageSizeLog2 else {
            throw .invalid("mismatch in page size for memories", at: offset)
        }
        guard actual.limits.fits(expected.limits) else {
            throw .invalid("mismatch in memory limits", at: offset)
        }
    }
}

extension CoreLimits {
    /// Whether what has these limits can stand where others are expected.
    func fits(_ expected: CoreLimits) -> Bool {
        guard minimum >= expected.minimum else { return false }
        guard let most = expected.maximum else { return true }
        return maximum.map { $0 <= most } ?? false
    }
}
