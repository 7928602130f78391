public import AppModel
public import HostSystem
import WASI
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

    /// A loader.
    public init(images: ImageFolder, files: HostFileExecution, staging: FileStaging) {
        self.images = images
        self.files = files
        self.staging = staging
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
        let linker = try Linker(engine: images.engine)
        try Preview1.define(in: linker)
        var loaded: [ComponentID: LoadedComponent] = [:]
        for trigger in application.httpTriggers {
            guard case .component(let id) = trigger.handler, loaded[id] == nil else { continue }
            guard let component = application.component(id) else { continue }
            guard case .wagi = trigger.executor else {
                throw LoadError(
                    description: """
                        Trigger "\(trigger.id)" runs component "\(id)" by its HTTP interface, which this version does not \
                        support yet. Programs that speak CGI run with executor = { type = "wagi" }.
                        """)
            }
            loaded[id] = try load(component, linker: linker, environment: environment, report: report)
        }
        return LoadedApplication(application: application, components: loaded)
    }

    private func load(
        _ component: Component, linker: Linker, environment: [EnvironmentVariable],
        report: (ImageFolder.Event) -> Void
    ) throws -> LoadedComponent {
        let limits = component.limits
        do {
            let bytes = try read(component)
            let module = try images.module(for: bytes, name: "\(component.id)", report: report)
            let template = try linker.template(for: module)
            var system = HostSystemLimits()
            system.descriptors = limits.openFilesMax
            let plan = try HostSystemPlan(
                environment: merged(component.environment, environment),
                directories: try staging.directories(for: component), files: files, limits: system)
            return LoadedComponent(
                component: component, limits: limits, command: try EntryPoint(template, "_start"), plan: plan)
        } catch {
            throw LoadError(description: "Component \"\(component.id)\" (\(component.source.path)): \(error)")
        }
    }

    private func read(_ component: Component) throws -> [UInt8] {
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
