import Testing

@testable import WasmEngine

/// An instance whose memory a test looks at.
struct MemoryGuest {
    let store: Store
    let instance: Instance

    init(_ template: InstanceTemplate, limits: InstanceLimits = InstanceLimits()) throws {
        store = try Store(engine: template.module.engine, limits: limits)
        instance = try store.instantiate(template)
    }

    /// One in a store that the template makes, so that its instance may have been used before.
    init(renewing template: InstanceTemplate, limits: InstanceLimits = InstanceLimits()) throws {
        store = try template.makeStore(limits)
        instance = try store.instantiate(template)
    }

    @discardableResult
    func call(_ name: String, _ arguments: Int...) throws -> Int {
        let function = try #require(instance.function(named: name))
        var values = arguments.map { RawValue(i32: Int32(truncatingIfNeeded: $0)) }
        if values.isEmpty { values = [RawValue(i32: 0)] }
        try store.call(function, &values)
        return Int(UInt32(bitPattern: values[0].i32))
    }

    var bytes: [UInt8] {
        get throws {
            let memory = try #require(instance.memory(named: "memory"))
            return try memory.bytes(at: 0, count: UInt32(memory.byteCount))
        }
    }

    static func template(_ text: String, _ engine: Engine) throws -> InstanceTemplate {
        let module = try Module(engine: engine, binary: WasmText.binary(fromText: text))
        return try #require(try InstanceTemplate(module: module, functions: []))
    }
}
