import ComponentModel
import Foundation
import NIOCore
import TestSupport
import WasmEngine

@testable import ComponentRuntime

/// Runs the specification's test scripts: each command passes, fails, or is excepted.
final class ScriptRunner {
    struct Failure {
        var place: String
        var reason: String
    }

    private(set) var passed: [String: Int] = [:]
    private(set) var failures: [Failure] = []

    private let engine: Engine
    private let scheduler: LoopConfined<FiberScheduler>
    private var definitions: [String: ComponentPlan] = [:]
    private var instances: [String: Live] = [:]
    private var last: Live?
    private var script = ""

    /// An instance, which only its loop may touch, and its plan.
    private struct Live {
        var plan: ComponentPlan
        var instance: LoopConfined<ComponentInstance>
    }

    struct Mismatch: Error, CustomStringConvertible {
        var description: String
    }

    init(engine: Engine) throws {
        self.engine = engine
        scheduler = try LoopConfined { FiberScheduler(engine: engine, eventLoop: $0) }
    }

    func run(script: String, text: String) {
        self.script = script
        for form in ScriptParser.forms(text) {
            let place = "\(script):\(form.line)"
            do {
                try run(form)
                passed[script, default: 0] += 1
            } catch {
                failures.append(Failure(place: place, reason: "\(error)"))
            }
        }
        release()
    }

    private func release() {
        definitions = [:]
        instances = [:]
        last = nil
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
            try instantiate(plan, words.count > 1 ? words[1] : nil)
            return
        }
        let isDefinition = words.first == "definition"
        let name = (isDefinition ? words.dropFirst().first : words.first).flatMap(\.self)
        let plan = try plan(form)
        if let name, name.hasPrefix("$") { definitions[name] = plan }
        if isDefinition { return }
        try instantiate(plan, name)
    }

    private func instantiate(_ plan: ComponentPlan, _ name: String?) throws {
        let instance = try LoopConfined(on: scheduler.loop) { _ in
            var limits = InstanceLimits()
            limits.instances = 1_000
            limits.tables = 1_000
            limits.memories = 1_000
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
        var text = String(form.source)
        if form.items.contains(where: { $0.word == "quote" }) {
            text = String(decoding: strings, as: UTF8.self)
            if !text.hasPrefix("(component") { text = "(component \(text))" }
        } else if form.items.dropFirst().first?.word == "definition",
            let range = text.firstRange(of: "definition")
        {
            text.removeSubrange(range)
        }
        return try WasmText.binary(fromText: text)
    }

    static let features = ComponentFeatures.all.subtracting(.nestedNames)

    private func plan(_ form: ScriptForm) throws -> ComponentPlan {
        let component = try Component(try binary(form), features: Self.features)
        return try Self.linker(for: component).link(component, engine: engine)
    }

    /// Serves every import: scripts only ask whether such components are valid.
    private static func linker(for component: Component) -> ComponentLinker {
        let linker = ComponentLinker()
        for item in component.imports {
            switch item.entity {
            case .instance(let id):
                for member in component.items(component.types[id].exports) {
                    serve(member, in: linker.interface(item.name))
                }
            default: serve(item, in: linker.root)
            }
        }
        return linker
    }

    private static func serve(_ item: Component.Item, in interface: HostInterface) {
        switch item.entity {
        case .function:
            interface.dynamicFunction(item.name) { _, _ throws(Trap) in throw Trap.host("not to be called") }
        case .type(.resource, _): interface.resources[item.name] = .host()
        default: break
        }
    }

    private func assertRefused(_ form: ScriptForm) throws {
        do {
            // Code of core modules is the engine's to refuse.
            _ = try plan(form)
        } catch is ComponentRuntimeError {
            throw Mismatch(description: "accepted")
        } catch { return }
        throw Mismatch(description: "accepted")
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
        let arguments = try zip(items.dropFirst(), component.types[type.parameters]).map { form, member in
            guard let type = member.type else { throw Mismatch(description: "a parameter without a type") }
            return try values.value(form, type)
        }
        let function = try instance.plan.function(name)
        let promise = scheduler.loop.makePromise(of: Result<[ComponentValue], Trap>.self)
        scheduler.loop.execute { [scheduler, instance = instance.instance] in
            instance.value.call(function, arguments, on: scheduler.value) {
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
            throw Mismatch(description: "trapped with \"\(message)\", expected \"\(wanted)\"")
        }
    }

    /// The engine's words for its own traps have one more prefix.
    private static func isSame(_ message: String, _ wanted: String) -> Bool {
        message.replacing("wasm trap: ", with: "").contains(wanted)
    }
}
