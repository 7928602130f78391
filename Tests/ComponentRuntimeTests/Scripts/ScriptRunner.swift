import ComponentModel
import Foundation
import NIOCore
import TestSupport
import WasmEngine

@testable import ComponentRuntime

/// Runs test scripts: each command passes or fails.
final class ScriptRunner {
    /// An instance, which only its loop may touch, and its plan.
    private struct Live {
        var plan: ComponentPlan
        var instance: LoopConfined<ComponentInstance>
    }

    struct Mismatch: Error, CustomStringConvertible {
        var description: String
    }

    /// A call that never ends, and one that computes for ever, end the script's command and not the run.
    private static let limits = FiberLimits(cpuBudget: .seconds(60), deadline: .seconds(60))

    private let engine: Engine
    private let isExact: Bool
    private let scheduler: LoopConfined<FiberScheduler>
    private var features = ScriptFeatures.undeclared
    private var host = ScriptHost()
    private var definitions: [String: ComponentPlan] = [:]
    private var instances: [String: Live] = [:]
    private var last: Live?
    private var named = NamedInstances()
    private var outcome = ScriptOutcome()
    private var place = ""

    /// - Parameter isExact: whether traps have to say what the script says, and every valid component has to be
    ///   instantiated.
    init(engine: Engine, isExact: Bool) throws {
        self.engine = engine
        self.isExact = isExact
        scheduler = try LoopConfined { FiberScheduler(engine: engine, eventLoop: $0) }
    }

    func run(script: String, text: String, features: ComponentFeatures) -> ScriptOutcome {
        self.features = features
        host = ScriptHost()
        outcome = ScriptOutcome()
        for form in ScriptParser.forms(text) {
            place = "\(script):\(form.line)"
            do {
                try run(form)
                outcome.passed += 1
            } catch {
                outcome.failures.append(ScriptOutcome.Finding(place: place, reason: "\(error)"))
            }
        }
        definitions = [:]
        instances = [:]
        last = nil
        named = NamedInstances()
        return outcome
    }

    private func run(_ form: ScriptForm) throws {
        switch form.head {
        case "component": try component(form)
        case "invoke": _ = try invoke(form).get()
        case "assert_return":
            let results = try invoke(form.items[1]).get()
            let wanted = try expected(form)
            guard results == wanted else {
                throw Mismatch(description: "returned \(results), expected \(wanted)")
            }
        case "assert_trap": try assertTrap(form)
        case "assert_invalid", "assert_malformed": try assertRefused(form.items[1])
        case "assert_unlinkable": try assertUnlinkable(form.items[1])
        default: throw Mismatch(description: "unknown command \(form.head ?? "")")
        }
    }

    // MARK: - Components

    private func component(_ form: ScriptForm) throws {
        let words = form.items.dropFirst().prefix(3).map(\.word)
        if words.first == "instance" {
            guard let plan = definitions[words.last.flatMap(\.self) ?? ""] else {
                throw Mismatch(description: "unknown definition")
            }
            let name = words.count > 1 ? words[1] : nil
            try instantiate(plan, name)
            if let name, let definition = words.last.flatMap(\.self) {
                named.instantiate(definition, as: name)
            }
            return
        }
        let isDefinition = words.first == "definition"
        let name = (isDefinition ? words.dropFirst().first : words.first).flatMap(\.self)
        let component = try Component(try binary(form), features: features)
        let plan: ComponentPlan
        do {
            plan = try link(component)
        } catch is ComponentRuntimeError where isDefinition {
            // It is to be valid, which it is.
            return
        } catch let error as ComponentRuntimeError where !isExact {
            outcome.onlyValidated.append(ScriptOutcome.Finding(place: place, reason: "\(error)"))
            return
        }
        if let name, name.hasPrefix("$") {
            definitions[name] = plan
            named.define(name, form, imports: component.imports)
        }
        if isDefinition { return }
        try instantiate(plan, name)
        if let name { named.instantiate(name, as: name) }
    }

    private func instantiate(_ plan: ComponentPlan, _ name: String?) throws {
        let instance = try LoopConfined(on: scheduler.loop) { _ in
            var limits = InstanceLimits()
            limits.instances = 1_000
            limits.tables = 1_000
            limits.memories = 1_000
            limits.memoryBytes = 32 << 30
            let instance = try ComponentInstance(plan, instanceLimits: limits)
            try instance.instantiate()
            return instance
        }
        last = Live(plan: plan, instance: instance)
        if let name { instances[name] = last }
    }

    private func binary(_ form: ScriptForm) throws -> [UInt8] {
        let strings = form.items.compactMap(\.bytes).flatMap(\.self)
        if form.items.contains(where: { $0.word == "binary" }) { return strings }
        var text = form.componentText
        if form.items.contains(where: { $0.word == "quote" }) {
            text = String(decoding: strings, as: UTF8.self)
            if !text.hasPrefix("(component") { text = "(component \(text))" }
        }
        do {
            return try WasmText.binary(fromText: text)
        } catch let error as EngineError where error.message.contains("`cancellable`") {
            return try CancellableText.binary(of: form, text: text)
        }
    }

    // MARK: - Imports

    /// Links with what the harness offers; what it does not offer is served by functions that trap, because most scripts
    /// only ask whether such components are valid.
    private func link(_ component: Component) throws -> ComponentPlan {
        do {
            return try linkToHost(component)
        } catch is ComponentRuntimeError {
            return try host.linker(providers: []).link(component, engine: engine, missing: .trapping) {
                [engine] binary, _ in try Module(engine: engine, binary: binary)
            }
        }
    }

    private func linkToHost(_ component: Component) throws -> ComponentPlan {
        var serving = try component.imports.compactMap { try named.provider(of: $0.name, features: features) }
        do {
            return try host.linker(providers: serving).link(component, engine: engine)
        } catch is ComponentRuntimeError where component.imports.contains(where: { $0.name == "host" }) {
            serving.append(try Component(try WasmText.binary(fromText: ScriptHost.modules)))
            return try host.linker(providers: serving).link(component, engine: engine)
        }
    }

    // MARK: - Refusals

    private func assertRefused(_ form: ScriptForm) throws {
        let bytes: [UInt8]
        do {
            bytes = try binary(form)
        } catch {
            outcome.refusedAsText += 1
            return
        }
        do {
            // Core modules are the engine's to refuse.
            if form.head == "module" {
                _ = try Module(engine: engine, binary: bytes)
            } else {
                _ = try link(try Component(bytes, features: features))
            }
        } catch is ComponentRuntimeError {
            throw Mismatch(description: "accepted")
        } catch { return }
        throw Mismatch(description: "accepted")
    }

    private func assertUnlinkable(_ form: ScriptForm) throws {
        let component = try Component(try binary(form), features: features)
        do {
            _ = try linkToHost(component)
        } catch is ComponentRuntimeError { return }
        throw Mismatch(description: "linked")
    }

    // MARK: - Calls

    private func invoke(_ form: ScriptForm) throws -> Result<[ComponentValue], Trap> {
        var items = form.items.dropFirst()
        var instance = last
        if let name = items.first?.word {
            instance = instances[name]
            items = items.dropFirst()
        }
        guard let instance, let name = items.first?.text else {
            throw Mismatch(description: "there is no instance")
        }
        let component = instance.plan.component
        let type = try functionType(name, component)
        let values = ScriptValues(component: component)
        guard items.count - 1 == type.parameters.count else {
            throw Mismatch(description: "\(name) takes \(type.parameters.count) values")
        }
        let arguments = try zip(items.dropFirst(), component.types[type.parameters]).map { form, member in
            guard let type = member.type else { throw Mismatch(description: "a parameter without a type") }
            return try values.value(form, type)
        }
        let function = try instance.plan.function(name)
        let promise = scheduler.loop.makePromise(of: Result<[ComponentValue], Trap>.self)
        scheduler.loop.execute { [scheduler, instance = instance.instance] in
            instance.value.call(function, arguments, on: scheduler.value, limits: Self.limits) {
                promise.succeed($0)
            }
        }
        return try promise.futureResult.wait()
    }

    private func functionType(_ name: String, _ component: Component) throws -> ComponentFunctionType {
        guard case .function(let id)? = component.exports.first(where: { $0.name == name })?.entity else {
            throw Mismatch(description: "no function \(name)")
        }
        return component.types[id]
    }

    private func expected(_ form: ScriptForm) throws -> [ComponentValue] {
        let invocation = form.items[1]
        var items = invocation.items.dropFirst()
        var instance = last
        if let name = items.first?.word {
            instance = instances[name]
            items = items.dropFirst()
        }
        guard let component = instance?.plan.component, let name = items.first?.text else { return [] }
        let type = try functionType(name, component)
        return try form.items.dropFirst(2).map { form in
            guard let result = type.result else { throw Mismatch(description: "the function has no result") }
            return try ScriptValues(component: component).value(form, result)
        }
    }

    private func assertTrap(_ form: ScriptForm) throws {
        let wanted = (form.items.last?.text ?? "").replacing("wasm trap: ", with: "")
        var message: String?
        switch form.items[1].head {
        case "component":
            do {
                try component(form.items[1])
            } catch let trap as Trap {
                message = trap.message
            }
        default:
            if case .failure(let trap) = try invoke(form.items[1]) { message = trap.message }
        }
        guard let message else { throw Mismatch(description: "no trap, expected \"\(wanted)\"") }
        guard message.contains(wanted) || Self.isSame(message, wanted) else {
            let reason = "trapped with \"\(message)\", expected \"\(wanted)\""
            guard !isExact else { throw Mismatch(description: reason) }
            outcome.otherWords.append(ScriptOutcome.Finding(place: place, reason: reason))
            return
        }
    }

    /// The engine's words for its own traps have one more prefix.
    private static func isSame(_ message: String, _ wanted: String) -> Bool {
        message.replacing("wasm trap: ", with: "").contains(wanted)
    }
}
