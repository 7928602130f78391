public import ComponentModel
public import WasmEngine

/// What a host offers to components: interfaces with functions and resources.
///
/// Filled once, then used to link any number of components. An interface serves imports of every version that
/// semantic versioning calls compatible: `wasi:io/poll@0.2.12` serves `wasi:io/poll@0.2.0`.
public final class ComponentLinker {
    private var interfaces: [String: HostInterface] = [:]
    private var compatible: [String: HostInterface] = [:]
    /// Functions and resources that components import without an interface around them.
    public let root = HostInterface("")

    /// Nothing offered yet.
    public init() {}

    /// Begins or continues an interface.
    public func interface(_ name: String) -> HostInterface {
        if let interface = interfaces[name] { return interface }
        let interface = HostInterface(name)
        interfaces[name] = interface
        if let key = InterfaceName(name)?.key { compatible[key] = interface }
        return interface
    }

    /// Lets the exports of a component serve imports of those that are linked, before the host does.
    ///
    /// Every plan has one instance of it, made when something it exports is wanted. Its own imports are served like
    /// those of others, by components added before it and by the host.
    public func add(_ component: Component) { components.append(component) }

    private(set) var components: [Component] = []

    /// A core function of the host, for core modules that import it without the canonical ABI.
    public struct CoreFunction: Sendable {
        let type: FunctionType
        let body: HostFunction

        /// A function of a signature. When it is called, `HostCall.memory` is the memory that the module exports.
        public init(_ type: FunctionType, _ body: @escaping HostFunction) {
            self.type = type
            self.body = body
        }
    }

    /// Offers core functions as a core module, for components that import one of the name.
    public func coreModule(_ name: String, _ functions: [String: CoreFunction]) {
        coreModuleNumbers[name] = coreModules.count
        coreModules.append(functions)
    }

    private(set) var coreModules: [[String: CoreFunction]] = []
    private(set) var coreModuleNumbers: [String: Int] = [:]

    /// The component added last that exports a name, of those before `end`.
    func provider(of name: String, before end: Int) -> Int? {
        let wanted = InterfaceName(name)
        return components[..<end].lastIndex { component in
            component.exports.contains { export in
                export.name == name || wanted != nil && InterfaceName(export.name)?.key == wanted?.key
            }
        }
    }

    /// The interface that serves an import.
    func find(_ name: String) -> HostInterface? {
        interfaces[name] ?? InterfaceName(name).flatMap { compatible[$0.key] }
    }

    var destructors: [RuntimeResourceType: HostDestructor] {
        var result = root.destructors
        for interface in interfaces.values { result.merge(interface.destructors) { first, _ in first } }
        return result
    }

    /// Compiles and links a component.
    ///
    /// - Parameters:
    ///   - missing: what becomes of imports that are not offered, or are of another type.
    ///   - compile: turns a core module's binary into code; the place to use images on disk.
    /// - Throws: ``ComponentRuntimeError`` that lists every import that is missing or of another type, where those
    ///   are refused, or what `compile` threw.
    public func link(
        _ component: Component, engine: Engine, limits: ComponentRuntimeLimits = ComponentRuntimeLimits(),
        missing: MissingImports = .refused, compile: @escaping ComponentPlan.Compile
    ) throws -> ComponentPlan {
        let builder = try PlanBuilder(
            component, engine: engine, linker: self, limits: limits, compile: compile)
        builder.missing = missing
        return try builder.build()
    }

    /// Compiles and links a component without keeping compiled code.
    public func link(_ component: Component, engine: Engine) throws -> ComponentPlan {
        try link(component, engine: engine) { binary, _ in try Module(engine: engine, binary: binary) }
    }
}

extension RuntimeResourceType {
    /// A new resource type of the host, made once per process for each Swift type that stands for one.
    public static func host() -> RuntimeResourceType { HostResourceCounter.next() }
}
