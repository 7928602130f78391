import AppModel
import ComponentEncoding
import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore
import WASI
import WASIHTTP
import WasmEngine

/// Components that are commands.
extension CommandRun {
    /// `run: func() -> result`.
    typealias ComponentEntry = TypedFunction<NoParameters, Result<NoValue, NoValue>>

    /// A component where `binary` is a core module that exports `wasi:cli/run` by the names of the component model; its
    /// imports of WASI preview 1 are served beside. Anything else stays what it is.
    func encodedCommand(_ binary: [UInt8]) throws -> [UInt8] {
        // What is no module is reported when it is compiled.
        guard !Component.isComponent(binary), let module = try? CoreModule(binary),
            ComponentEncoder.exportedInterfaces(of: module).contains(where: { $0.hasPrefix("wasi:cli/run@") })
        else { return binary }
        var encoder = ComponentEncoder()
        encoder.nativeModules = [Preview1.module]
        do { return try encoder.encode(module) } catch {
            throw OperatorError("\(request.modulePath): \(error)")
        }
    }

    /// Links a component with all that WASI offers. What it imports beyond that is listed, and traps when it is called.
    func component(_ binary: [UInt8], _ engine: Engine) throws -> Program {
        let images = try CacheFolder.images(for: engine)
        let report = CacheFolder.report(to: console, isQuiet: false)
        let linker = ComponentLinker()
        Preview2.define(in: linker)
        Preview2HTTP.define(in: linker)
        Preview3.define(in: linker)
        Preview3HTTP.define(in: linker)
        Preview1.define(in: linker, as: NativeModule.componentName(of: Preview1.module))
        let name = request.modulePath
        let plan: ComponentPlan
        do {
            plan = try linker.link(try Component(binary), engine: engine, missing: .trapping) {
                module, number in
                try images.module(for: module, name: "\(name) (core module \(number))", report: report)
            }
        } catch {
            throw OperatorError("\(name): \(error)")
        }
        let entry = try entry(of: plan)
        warnOfMissing(plan.missingImports)
        return .component(plan, entry)
    }

    private func entry(of plan: ComponentPlan) throws -> ComponentEntry {
        let exported = plan.component.exports.map(\.name)
        for interface in Preview3.runInterfaces + Preview2.runInterfaces {
            // A component has one of them at most; the sentence below says what it has instead.
            let entry = try? plan.function(
                interface, "run", parameters: NoParameters.self, result: Result<NoValue, NoValue>.self)
            if let entry { return entry }
        }
        let listing =
            exported.isEmpty ? "it exports nothing" : "it exports \(exported.joined(separator: ", "))"
        throw OperatorError(
            "\(request.modulePath) is no command: a command exports wasi:cli/run of WASI 0.2 or 0.3, and \(listing)"
        )
    }

    /// One readable list, so that a trap in the middle of the run surprises nobody.
    private func warnOfMissing(_ imports: [String]) {
        guard !imports.isEmpty else { return }
        // Interface, function and type; the types alone would fill pages.
        let names = imports.map { $0.split(separator: ":").prefix(2).joined(separator: ":") }
        console.error(
            label: "warning",
            "\(request.modulePath) imports what Martlet does not offer; the program ends when it calls one of these:\n"
                + names.map { "  \($0)" }.joined(separator: "\n"), style: .warning)
    }

    func start(
        _ plan: ComponentPlan, _ entry: ComponentEntry, _ system: GuestSystem,
        _ client: any OutboundHTTPClient, _ scheduler: FiberScheduler,
        _ ended: EventLoopPromise<ProcessStatus>
    ) throws {
        let instance = try ComponentInstance(plan, instanceLimits: instanceLimits(true))
        Preview2.install(system, in: instance.store)
        instance.store[HTTPHostState.key] = HTTPHostState(client: client)
        var status = ProcessStatus.success
        instance.run(on: scheduler, limits: fiberLimits) { (caller) throws(Trap) in
            if case .failure = try caller.call(entry, NoParameters()) {
                status = ProcessStatus(rawValue: 1)
            }
        } completion: { result in
            system.whenDrained { ended.succeed(self.status(of: result.map { status })) }
            // The instance lives until its run is over.
            withExtendedLifetime(instance) {}
        }
    }
}
