import CWasmtime

/// The host functions that modules may import, defined once and used by any number of templates.
@safe public final class Linker {
    /// The engine whose modules it links.
    public let engine: Engine

    private let raw: OpaquePointer
    private var definitions: [Name: FunctionType] = [:]

    private struct Name: Hashable {
        let module: String
        let name: String
    }

    /// An empty set of host functions.
    public init(engine: Engine) throws {
        guard let raw = unsafe wasmtime_linker_new(engine.raw) else {
            throw EngineError(.configuration, "The engine made no linker.")
        }
        unsafe self.raw = raw
        self.engine = engine
    }

    deinit { unsafe wasmtime_linker_delete(raw) }

    /// Defines a host function.
    ///
    /// - Parameter body: called on the guest's stack, on the event loop of its fiber; it may wait there.
    /// - Throws: ``EngineError`` when the name is taken.
    public func define(
        _ module: String, _ name: String, _ parameters: [ValueType], _ results: [ValueType],
        _ body: @escaping HostFunction
    ) throws {
        let type = FunctionType(parameters, results)
        let box = HostFunctionBox(body)
        let error = unsafe type.withRaw { rawType in
            unsafe module.withRawUTF8 { modulePointer, moduleCount in
                unsafe name.withRawUTF8 { namePointer, nameCount in
                    unsafe wasmtime_linker_define_func_unchecked(
                        raw, modulePointer, moduleCount, namePointer, nameCount, rawType,
                        HostFunctionBox.trampoline, box.retainedPointer(), HostFunctionBox.release)
                }
            }
        }
        if let error = unsafe error {
            throw unsafe EngineError(.linking, consuming: error, while: "\(module).\(name) is not defined")
        }
        definitions[Name(module: module, name: name)] = type
    }

    /// The imports of `module` that are not defined here, or are defined with another type, in readable form.
    public func missingImports(of module: Module) -> [String] {
        module.imports.compactMap { needed in
            let name = "\(needed.module).\(needed.name)"
            guard case .function(let type) = needed.type else { return "\(name) (not a function)" }
            guard let offered = definitions[Name(module: needed.module, name: needed.name)] else {
                return "\(name): \(type)"
            }
            return offered == type ? nil : "\(name): \(type), but the host's is \(offered)"
        }
    }

    /// Resolves a module's imports once, for many instances.
    ///
    /// - Throws: ``EngineError`` that lists every import that is missing or of another type.
    public func template(for module: Module) throws -> InstanceTemplate {
        let missing = missingImports(of: module)
        guard missing.isEmpty else {
            throw EngineError(
                .linking,
                "The module imports what this host does not offer:\n"
                    + missing.map { "  \($0)" }.joined(separator: "\n"))
        }
        var template: OpaquePointer?
        if let error = unsafe wasmtime_linker_instantiate_pre(raw, module.raw, &template) {
            throw unsafe EngineError(.linking, consuming: error, while: "The module does not link")
        }
        guard let template = unsafe template else {
            throw EngineError(.linking, "The engine made no template.")
        }
        return unsafe InstanceTemplate(module: module, taking: template)
    }
}

extension String {
    /// Calls `body` with the text's bytes as C characters, without a NUL at the end.
    func withRawUTF8<Result>(_ body: (UnsafePointer<CChar>?, Int) -> Result) -> Result {
        var text = self
        return text.withUTF8 { utf8 in
            unsafe body(UnsafeRawPointer(utf8.baseAddress)?.assumingMemoryBound(to: CChar.self), utf8.count)
        }
    }
}
