import WasmEngine

/// The core instances of a plan, and what the runtime uses of them.
///
/// Core instances that are made one after the other are merged into one module where that changes nothing
/// (``ModuleMerger``): a component's four become one, whose imports are functions of the host only, so that the engine
/// resolves them here and not for each request.
struct CorePlan: Sendable {
    private(set) var steps: [PlanStep] = []
    private(set) var instanceCount = 0
    /// Whether code runs while the core instances are made.
    let hasStartFunctions: Bool
    /// Functions, memories and tables that the runtime calls and reads, by their numbers in the plan.
    let functions: [CoreSource]
    let memories: [CoreSource]
    let tables: [CoreSource]

    init(_ builder: PlanBuilder) throws {
        var grouping = CoreGrouping(builder)
        try grouping.run()
        steps = grouping.steps
        instanceCount = grouping.instanceCount
        hasStartFunctions = grouping.steps.contains { if case .start = $0 { true } else { false } }
        let used = builder.used
        functions = used.functions.map(grouping.resolved)
        memories = used.memories.map(grouping.resolved)
        tables = used.tables.map(grouping.resolved)
        onlyTemplate = Self.onlyTemplate(of: steps)
    }

    /// What the only core instance is made from, if there is only one.
    private(set) var onlyTemplate: InstanceTemplate?

    private static func onlyTemplate(of steps: [PlanStep]) -> InstanceTemplate? {
        let made = steps.filter { if case .instantiate = $0 { true } else { false } }
        guard made.count == 1, case .instantiate(.template(let template)) = made[0] else { return nil }
        return template
    }

    /// See ``ComponentPlan/forOneLoop()``.
    func forOneLoop() -> CorePlan {
        var plan = self
        plan.steps = steps.map { step in
            guard case .instantiate(.template(let template)) = step else { return step }
            return .instantiate(.template(template.forOneLoop()))
        }
        plan.onlyTemplate = Self.onlyTemplate(of: plan.steps)
        return plan
    }
}

/// Decides which core instances are merged, and compiles.
private struct CoreGrouping {
    let builder: PlanBuilder
    private(set) var steps: [PlanStep] = []
    private(set) var instanceCount = 0
    /// Where the exports of the component's core instances are now; nothing for an instance that stays what it is.
    private var places: [CoreSource: CoreSource] = [:]
    /// The new number of each core instance that was dealt with.
    private var numbers: [Int] = []
    private var compiled: [Int: Module] = [:]
    private var compiledCount = 0
    private var useCounts: [Int: Int] = [:]
    /// What is used of each instance, by whom: the runtime, or another core instance of this number.
    private var users: [Int: [(name: String, user: Int?)]] = [:]
    private var isRefused: Set<Int> = []

    init(_ builder: PlanBuilder) { self.builder = builder }

    func resolved(_ source: CoreSource) -> CoreSource {
        guard case .export(let instance, let name) = source else { return source }
        return places[source] ?? .export(instance: numbers[instance], name: name)
    }

    mutating func run() throws {
        let drafts = builder.coreInstances
        for (number, draft) in drafts.enumerated() {
            useCounts[draft.module, default: 0] += 1
            for source in draft.imports { note(source, user: number) }
        }
        let used = builder.used
        for source in used.functions + used.memories + used.tables { note(source, user: nil) }
        while numbers.count < drafts.count {
            let group = group(from: numbers.count)
            if group.count > 1 {
                // If it cannot be done, the group is smaller in the next turn.
                try merge(group)
            } else {
                try add(drafts[numbers.count])
            }
        }
        // Modules that the component does not instantiate have to be valid all the same.
        for (number, source) in builder.moduleSources.enumerated() where useCounts[number] == nil {
            try Module.validate(source.binary, engine: builder.engine)
        }
    }

    private mutating func note(_ source: CoreSource, user: Int?) {
        guard case .export(let instance, let name) = source else { return }
        users[instance, default: []].append((name, user))
    }

    private func binary(_ instance: Int) -> ModuleSource {
        builder.moduleSources[builder.coreInstances[instance].module]
    }

    // MARK: - One instance

    private mutating func add(_ draft: CoreInstanceDraft) throws {
        let source = builder.moduleSources[draft.module]
        let module: Module
        if let known = compiled[draft.module] {
            module = known
        } else {
            module = try compile(source.binary)
            compiled[draft.module] = module
        }
        numbers.append(instanceCount)
        steps.append(.instantiate(try plan(module, draft.imports.map(resolved))))
        if source.hasStart { addStart(StartFunction.exportName, draft) }
        instanceCount += 1
    }

    private mutating func addStart(_ name: String, _ draft: CoreInstanceDraft) {
        steps.append(
            .start(
                .export(instance: instanceCount, name: name), componentInstance: draft.componentInstance))
    }

    private mutating func compile(_ binary: [UInt8]) throws -> Module {
        defer { compiledCount += 1 }
        return try builder.compile(binary, compiledCount)
    }

    private func plan(_ module: Module, _ imports: [CoreSource]) throws -> CoreInstancePlan {
        var functions: [HostFunctionTemplate] = []
        for source in imports {
            guard case .trampoline(let number) = source else { return .linked(module, imports) }
            functions.append(builder.trampolines[number])
        }
        let template = try InstanceTemplate(module: module, functions: functions)
        return template.map { .template($0) } ?? .linked(module, imports)
    }

    // MARK: - Several instances

    /// The longest run of instances that may be merged: those that import from each other and the host only. A module
    /// that is used twice would be there twice, and code that runs at the start must not see what comes later.
    private func group(from first: Int) -> Range<Int> {
        let drafts = builder.coreInstances
        var end = first
        var bytes = 0
        while end < drafts.count, useCounts[drafts[end].module] == 1, !isRefused.contains(end) {
            let isClosed = drafts[end].imports.allSatisfy { source in
                if case .export(let instance, _) = source { instance >= first } else { true }
            }
            bytes += binary(end).binary.count
            guard isClosed, bytes <= builder.limits.mergedModuleBytes else { break }
            end += 1
            if binary(end - 1).hasStart { break }
        }
        return first..<end
    }

    /// Adds a merged module. Where an instance stands in the way it is remembered as refused.
    private mutating func merge(_ group: Range<Int>) throws {
        // What is wrong with one of them must not be healed by the others.
        for number in group { try Module.validate(binary(number).binary, engine: builder.engine) }
        var merger = ModuleMerger(hostFunctions: hostFunctions(of: group))
        for number in group {
            let sources = builder.coreInstances[number].imports.map { source -> ModuleMerger.Source in
                switch source {
                case .export(let instance, let name): .export(instance - group.lowerBound, name)
                case .trampoline(let number): .host(number)
                }
            }
            do throws(Unmergeable) {
                try merger.add(binary(number).binary, sources)
            } catch {
                isRefused.insert(number)
                return
            }
            let limits = builder.engine.limits
            guard merger.memoryCount <= limits.memoriesPerModule, merger.tableCount <= limits.tablesPerModule
            else {
                isRefused.insert(number)
                return
            }
        }
        let exports = exports(of: group)
        // What cannot be merged, or is beyond the engine's limits in sum, is instantiated piece by piece.
        guard let merged = try? merger.finish(exports: exports.map { ($0.0 - group.lowerBound, $0.1) }),
            let module = try? compile(merged)
        else {
            isRefused.formUnion(group)
            return
        }
        steps.append(.instantiate(try plan(module, merger.hostFunctions.map { .trampoline($0) })))
        for (number, export) in exports.enumerated() {
            places[.export(instance: export.0, name: export.1)] = .export(
                instance: instanceCount, name: "\(number)")
        }
        if binary(group.upperBound - 1).hasStart {
            addStart("\(exports.count - 1)", builder.coreInstances[group.upperBound - 1])
        }
        numbers += group.map { _ in instanceCount }
        instanceCount += 1
    }

    private func hostFunctions(of group: Range<Int>) -> [Int] {
        var known: Set<Int> = []
        return builder.coreInstances[group].flatMap(\.imports).compactMap { source in
            guard case .trampoline(let number) = source, known.insert(number).inserted else { return nil }
            return number
        }
    }

    /// What is used of a group from outside of it; a start function comes last.
    private func exports(of group: Range<Int>) -> [(Int, String)] {
        var known: Set<CoreSource> = []
        var exports: [(Int, String)] = []
        for instance in group {
            for (name, user) in users[instance] ?? [] where user.map({ !group.contains($0) }) ?? true {
                guard known.insert(.export(instance: instance, name: name)).inserted else { continue }
                exports.append((instance, name))
            }
        }
        let last = group.upperBound - 1
        if binary(last).hasStart { exports.append((last, StartFunction.exportName)) }
        return exports
    }
}
