/// An exported function of a template, looked up once: what a fiber needs to run it in a fresh instance.
///
/// An object: each fiber keeps it, by one reference.
public final class EntryPoint: Sendable {
    /// Makes the instance.
    public let template: InstanceTemplate
    /// The export's name.
    public let name: String
    /// Its signature.
    public let type: FunctionType

    /// Finds an exported function.
    ///
    /// - Throws: ``EngineError`` with code `missingExport` and the names that exist, or when the signature has more
    ///   values than a call carries.
    public init(_ template: InstanceTemplate, _ name: String) throws {
        guard let type = template.module.functionType(ofExport: name) else {
            let names = template.module.exports.prefix(16).map(\.name).joined(separator: ", ")
            throw EngineError(
                .missingExport, "The module exports no function \"\(name)\" (it exports: \(names)).")
        }
        guard max(type.parameters.count, type.results.count) <= CallFrame.valuesMax else {
            throw EngineError(
                .missingExport, "\"\(name)\" has more than \(CallFrame.valuesMax) parameters or results.")
        }
        self.template = template
        self.name = name
        self.type = type
    }

    private init(_ original: EntryPoint) {
        template = original.template.forOneLoop()
        name = original.name
        type = original.type
    }

    /// An equal one for the fibers of one event loop; see ``InstanceTemplate/forOneLoop()``.
    public func forOneLoop() -> EntryPoint { EntryPoint(self) }
}
