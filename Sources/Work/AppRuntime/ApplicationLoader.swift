public import AppModel
import ComponentEncoding
import ComponentModel
import ComponentRuntime
public import HostSystem
import WASI
import WASIHTTP
public import WasmEngine

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Why an application cannot run: a sentence that names the component.
public struct LoadError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, where, and what to do.
    public let description: String
}

/// An application whose components are compiled and linked.
public struct LoadedApplication: Sendable {
    /// What the manifest says.
    public let application: Application
    private let components: [ComponentID: LoadedComponent]

    init(application: Application, components: [ComponentID: LoadedComponent]) {
        self.application = application
        self.components = components
    }

    /// What components import and nobody offers, in the order of the manifest, one a line with their types.
    public var missingImports: [(component: ComponentID, imports: [String])] {
        application.components.compactMap { item in
            guard let missing = components[item.id]?.missingImports, !missing.isEmpty else { return nil }
            return (item.id, missing)
        }
    }

    /// A component of the application, or nil when no trigger needs it.
    public func component(_ id: ComponentID) -> LoadedComponent? { components[id] }
}

/// Compiles and links the components of an application.
public struct ApplicationLoader: Sendable {
    /// Where compiled modules are kept.
    public let images: ImageFolder
    /// Where the file work of guests runs.
    public let files: HostFileExecution
    /// Where files that a manifest mounts one by one are put together into a folder.
    public let staging: FileStaging
    /// How components reach the network.
    public let outbound: OutboundServices

    /// A loader.
    public init(
        images: ImageFolder, files: HostFileExecution, staging: FileStaging,
        outbound: OutboundServices = OutboundServices()
    ) {
        self.images = images
        self.files = files
        self.staging = staging
        self.outbound = outbound
    }

    /// Loads every component that a trigger needs.
    ///
    /// - Parameters:
    ///   - environment: added to each component's own; wins over it.
    ///   - report: what is compiled, for people who wait.
    /// - Throws: ``LoadError``.
    public func load(
        _ application: Application, environment: [EnvironmentVariable] = [],
        report: (ImageFolder.Event) -> Void = { _ in }
    ) throws -> LoadedApplication {
        let linkers = try Linkers(engine: images.engine)
        var loaded: [ComponentID: LoadedComponent] = [:]
        for trigger in application.httpTriggers {
            guard case .component(let id) = trigger.handler, loaded[id] == nil else { continue }
            guard let component = application.component(id) else { continue }
            loaded[id] = try load(
                component, of: application, for: trigger, linkers: linkers, environment: environment,
                report: report)
        }
        return LoadedApplication(application: application, components: loaded)
    }

    /// What the host offers, to core modules and to components.
    private struct Linkers {
        let modules: Linker
        let components: ComponentLinker

        init(engine: Engine) throws {
            modules = try Linker(engine: engine)
            try Preview1.define(in: modules)
            components = ComponentLinker()
            Preview2.define(in: components)
            Preview3.define(in: components)
            Preview2HTTP.define(in: components)
            Preview3HTTP.define(in: components)
            Preview1.define(in: components, as: NativeModule.componentName(of: Preview1.module))
        }
    }

    private func load(
        _ component: AppModel.Component, of application: Application, for trigger: HTTPTrigger,
        linkers: Linkers, environment: [EnvironmentVariable], report: (ImageFolder.Event) -> Void
    ) throws -> LoadedComponent {
        let limits = component.limits
        do {
            let binary = try WasmText.binary(from: try read(component))
            let program = try program(of: binary, component, for: trigger, linkers: linkers, report: report)
            var system = HostSystemLimits()
            system.descriptors = limits.openFilesMax
            let plan = try HostSystemPlan(
                environment: merged(component.environment, environment),
                directories: try staging.directories(for: component), files: files,
                network: try outbound.network(of: component, variables: application.variables),
                limits: system)
            return LoadedComponent(component: component, limits: limits, program: program, plan: plan)
        } catch {
            throw LoadError(description: "Component \"\(component.id)\" (\(component.source.path)): \(error)")
        }
    }

    private func program(
        of binary: [UInt8], _ component: AppModel.Component, for trigger: HTTPTrigger, linkers: Linkers,
        report: (ImageFolder.Event) -> Void
    ) throws -> LoadedComponent.Program {
        switch (trigger.executor, ComponentModel.Component.isComponent(binary)) {
        case (.wagi, false):
            let module = try images.module(for: binary, name: "\(component.id)", report: report)
            return .command(try EntryPoint(try linkers.modules.template(for: module), "_start"))
        case (.http, let isComponent) where isComponent || Self.speaksWorld(binary):
            let decoded = try ComponentModel.Component(isComponent ? binary : try Self.component(of: binary))
            let plan = try withoutActuallyEscaping(report) { report in
                try linkers.components.link(
                    decoded, engine: images.engine, missing: .trapping
                ) { module, number in
                    try images.module(for: module, name: "\(component.id) (module \(number))", report: report)
                }
            }
            return .http(try HTTPProgram(plan, limits: component.limits, client: outbound.client))
        case (.wagi, true):
            throw LoadError(
                description: """
                    It is a component, but trigger "\(trigger.id)" runs a CGI program, which is a core module with a \
                    "_start" function. Leave the executor out for a component that exports an HTTP handler.
                    """)
        case (.http, _):
            throw LoadError(
                description: """
                    It is a core module, but trigger "\(trigger.id)" runs a component by its HTTP interface. Programs that \
                    speak CGI run with executor = { type = "wagi" }; "wasm-tools component new" makes a component of others.
                    """)
        }
    }

    private static func speaksWorld(_ binary: [UInt8]) -> Bool {
        // What is no module is reported when it is compiled.
        (try? CoreModule(binary)).map(ComponentEncoder.speaksWorld) ?? false
    }

    /// The component of a core module that speaks a world; WASI preview 1 stays what it is, served by the host.
    private static func component(of binary: [UInt8]) throws -> [UInt8] {
        var encoder = ComponentEncoder()
        encoder.nativeModules = [Preview1.module]
        return try encoder.encode(try CoreModule(binary))
    }

    private func read(_ component: AppModel.Component) throws -> [UInt8] {
        let path = component.source.path
        guard FileManager.default.fileExists(atPath: path) else {
            let advice =
                component.build == nil
                ? "Check the source of the component." : "Run `martlet build` to make it."
            throw LoadError(description: "There is no such file. \(advice)")
        }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        if let expected = component.source.sha256 {
            let found = ImageFolder.sha256(of: bytes)
            guard found == expected else {
                throw LoadError(
                    description:
                        "Its SHA-256 is \(found), but the manifest says \(expected). Update one of them.")
            }
        }
        return bytes
    }

    private func merged(
        _ own: [EnvironmentVariable], _ added: [EnvironmentVariable]
    ) -> [(name: String, value: String)] {
        let names = Set(added.map(\.name))
        return (own.filter { !names.contains($0.name) } + added).map { ($0.name, $0.value) }
    }
}
