import TestSupport
import WasmEngine

@testable import ComponentRuntime

/// What the fuzzer does with its bytes here, by the name of the target. A test runs the same over committed inputs.
enum MergerFuzzing {
    static let targets: [String: @Sendable ([UInt8]) -> String?] = ["merge": merge]

    /// Small pools: there is one group at a time.
    private static let engine = {
        var limits = EngineLimits()
        limits.memories = 16
        limits.stacks = 4
        return Result { try Engine(limits: limits) }
    }()

    /// Merges core modules that import from each other: the engine accepts the result, which does what they did.
    @Sendable static func merge(_ bytes: [UInt8]) -> String? {
        var input = FuzzInput(bytes)
        // Compiling takes a hundred times as long as everything else.
        let isRun = input.number(below: 16) == 0
        let group = FuzzedGroup(&input)
        do {
            return try problem(of: group, isRun: isRun, try engine.get())
        } catch {
            // Bytes that were changed make modules that are not valid, cannot be merged or do not fit each other.
            return group.isPatched ? nil : "\(error)"
        }
    }

    private static func problem(of group: FuzzedGroup, isRun: Bool, _ engine: Engine) throws -> String? {
        var merger = ModuleMerger(hostFunctions: group.hostFunctions)
        // What is not valid is refused or not, but does not crash the merger.
        let refusal = Result { for (binary, sources) in group.modules { try merger.add(binary, sources) } }
        for (binary, _) in group.modules { try Module.validate(binary, engine: engine) }
        try refusal.get()
        let limits = engine.limits
        guard merger.memoryCount <= limits.memoriesPerModule, merger.tableCount <= limits.tablesPerModule
        else {
            return nil
        }
        let merged = try merger.finish(exports: group.functions + group.memories)
        let refused: (any Error)?
        do {
            try Module.validate(merged, engine: engine)
            refused = nil
        } catch {
            refused = error
        }
        guard isRun || refused != nil else { return nil }
        // Throws where the modules do not fit each other.
        let before = try GroupRun(group, engine)
        if let refused { return "the merged module is refused: \(refused)" }
        let after = try GroupRun(merged: merged, hosts: merger.hostFunctions, group, engine)
        if before.isMade != after.isMade {
            return "instances are made: \(before.isMade), merged: \(after.isMade)"
        }
        // Changed code may never end, and nothing here would interrupt it.
        guard before.isMade, !group.isPatched else { return nil }
        return before.difference(to: after)
    }
}
