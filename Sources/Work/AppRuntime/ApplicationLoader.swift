public import AppModel
import ComponentEncoding
import ComponentModel
import ComponentRuntime
public import HostSystem
import WASI
import WASIHTTP
public import WasmEngine

/// Why an application cannot run: a sentence that names the component.
public struct LoadError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, where, and what to do.
    public let description: String
}

/// An application whose components are compiled and linked.
public struct LoadedApplication: Sendable {
    /// What the manifest says.
    public let application: Application
    private let components: [Chain: LoadedComponent]

    /// A component with what requests pass before it, the outermost first.
    struct Chain: Hashable, Sendable {
        let component: ComponentID
        let middleware: [ComponentID]
    }

    init(application: Application, components: [Chain: LoadedComponent]) {
        self.application = application
        self.components = components
    }

    /// What components import and nobody offers, in the order of the manifest, one a line with their types.
    public var missingImports: [(component: ComponentID, imports: [String])] {
        var told: Set<Chain> = []
        return application.httpTriggers.compactMap { trigger in
            guard case .component(let id) = trigger.handler else { return nil }
            let chain = Chain(component: id, middleware: trigger.middleware)
            guard told.insert(chain).inserted, let missing = components[chain]?.missingImports,
                !missing.isEmpty
            else { return nil }
            return (id, missing)
        }
    }

    /// A component of the application without middleware, or nil when no trigger needs it.
    public func component(_ id: ComponentID) -> LoadedComponent? {
        components[Chain(component: id, middleware: [])]
    }

    /// What a trigger runs; nil for a fixed answer.
    public func component(of trigger: HTTPTrigger) -> LoadedComponent? {
        guard case .component(let id) = trigger.handler else { return nil }
        return components[Chain(component: id, middleware: trigger.middleware)]
    }
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
        var loaded: [LoadedApplication.Chain: LoadedComponent] = [:]
        for trigger in application.httpTriggers {
            guard case .component(let id) = trigger.handler else { continue }
            let chain = LoadedApplication.Chain(component: id, middleware: trigger.middleware)
            guard loaded[chain] == nil, let component = application.component(id) else { continue }
            loaded[chain] = try load(
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
            components = Self.makeComponents()
        }

        /// A linker of its own, for components that serve each other.
        static func makeComponents() -> ComponentLinker {
            let linker = ComponentLinker()
            Preview2.define(in: linker)
            Preview3.define(in: linker)
            Preview2HTTP.define(in: linker)
            Preview3HTTP.define(in: linker)
            Preview1.define(in: linker, as: NativeModule.componentName(of: Preview1.module))
            return linker
        }
    }

    private func load(
        _ component: AppModel.Component, of application: Application, for trigger: HTTPTrigger,
        linkers: Linkers, environment: [EnvironmentVariable], report: (ImageFolder.Event) -> Void
    ) throws -> LoadedComponent {
        let limits = component.limits
        do {
            let binary = try WasmText.binary(from: try read(component))
            let middleware = try middleware(of: trigger, in: application)
            let program = try program(
                of: binary, component, behind: middleware, for: trigger, linkers: linkers, report: report)
            let plan = try systemPlan(of: component, in: application, environment)
            let parts = try parts(of: trigger, component, plan, in: application, environment)
            return LoadedComponent(
                component: component, limits: limits, program: program, plan: plan, parts: parts)
        } catch {
            throw LoadError(description: "Component \"\(component.id)\" (\(component.source.path)): \(error)")
        }
    }

    /// What a component is granted.
    private func systemPlan(
        of component: AppModel.Component, in application: Application, _ environment: [EnvironmentVariable]
    ) throws -> HostSystemPlan {
        var limits = HostSystemLimits()
        limits.descriptors = component.limits.openFilesMax
        return try HostSystemPlan(
            environment: merged(component.environment, environment),
            directories: try staging.directories(for: component), files: files,
            network: try outbound.network(of: component, variables: application.variables), limits: limits)
    }

    /// The components of a chain in the order in which ``program(of:_:behind:for:linkers:report:)`` links them: the outermost,
    /// then the one at the end and those before it.
    private func parts(
        of trigger: HTTPTrigger, _ component: AppModel.Component, _ plan: HostSystemPlan,
        in application: Application, _ environment: [EnvironmentVariable]
    ) throws -> [LoadedComponent.Part] {
        guard let outermost = trigger.middleware.first else { return [] }
        let others = [outermost] + trigger.middleware.dropFirst().reversed()
        var parts = try others.compactMap { id in
            try application.component(id).map {
                LoadedComponent.Part(id: id, plan: try systemPlan(of: $0, in: application, environment))
            }
        }
        parts.insert(LoadedComponent.Part(id: component.id, plan: plan), at: 1)
        return parts
    }

    /// The components that requests pass, decoded, the outermost first.
    private func middleware(
        of trigger: HTTPTrigger, in application: Application
    ) throws -> [ComponentModel.Component] {
        try trigger.middleware.map { id in
            guard let item = application.component(id) else {
                throw LoadError(description: "Its middleware \"\(id)\" does not exist.")
            }
            let decoded = try ComponentModel.Component(try WasmText.binary(from: try read(item)))
            guard Preview3Handler.isExported(by: decoded),
                decoded.imports.contains(where: { $0.name.hasPrefix("wasi:http/handler@0.3.") })
            else {
                throw LoadError(
                    description:
                        "Its middleware \"\(id)\" does not both import and export wasi:http/handler@0.3.0.")
            }
            return decoded
        }
    }

    private func program(
        of binary: [UInt8], _ component: AppModel.Component, behind middleware: [ComponentModel.Component],
        for trigger: HTTPTrigger, linkers: Linkers, report: (ImageFolder.Event) -> Void
    ) throws -> LoadedComponent.Program {
        switch (trigger.executor, ComponentModel.Component.isComponent(binary)) {
        case (.wagi, false):
            let module = try images.module(for: binary, name: "\(component.id)", report: report)
            return .command(try EntryPoint(try linkers.modules.template(for: module), "_start"))
        case (.http, let isComponent) where isComponent || Self.speaksWorld(binary):
            let handler = try ComponentModel.Component(
                isComponent ? binary : try Self.component(of: binary))
            // Each is served by the one that was added last: by the one behind it.
            let chain = middleware.isEmpty ? linkers.components : Linkers.makeComponents()
            if !middleware.isEmpty {
                for served in ([handler] + middleware.reversed()).dropLast() { chain.add(served) }
            }
            let plan = try withoutActuallyEscaping(report) { report in
                try chain.link(
                    middleware.first ?? handler, engine: images.engine, missing: .trapping
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
        let bytes: [UInt8]
        do throws(RegularFile.Problem) {
            bytes = try RegularFile(component.source.path).bytes(atMost: ComponentSource.bytesMax)
        } catch {
            let isToBeBuilt = error == .missing && component.build != nil
            let advice =
                isToBeBuilt ? "Run `martlet build` to make it." : "Check the source of the component."
            throw LoadError(description: "The file cannot be used: \(error). \(advice)")
        }
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
