import ComponentModel
import NIOCore
import Synchronization
import WasmEngine

@testable import ComponentRuntime

/// What the harness of Wasmtime's scripts offers to the components in them, and the stand-ins for everything else.
final class ScriptHost: Sendable {
    private struct Drops {
        var count: UInt32 = 0
        var last: UInt32 = 0
    }

    private enum First: CanonicalResource {
        static let resourceType = RuntimeResourceType.host()
    }

    private enum Second: CanonicalResource {
        static let resourceType = RuntimeResourceType.host()
    }

    private let drops = Mutex(Drops())

    /// Host functions and resources; `providers` are components whose exports serve imports.
    func linker(providers: [Component]) -> ComponentLinker {
        let linker = ComponentLinker()
        linker.root.function("host-return-two") { (_: borrowing ComponentCall) throws(Trap) -> UInt32 in 2 }
        linker.root.asyncFunction("host-echo-u32") {
            (_: borrowing ComponentCall, completion: HostCompletion<UInt32>, value: UInt32) throws(Trap) in
            completion.complete(value)
        }
        let engine = linker.interface("wasmtime")
        engine.function("set-max-table-capacity") {
            (_: borrowing ComponentCall, _: UInt32) throws(Trap) in
        }
        engine.function("gc") { (_: borrowing ComponentCall) throws(Trap) in }
        let host = linker.interface("host")
        host.function("return-three") { (_: borrowing ComponentCall) throws(Trap) -> UInt32 in 3 }
        host.function("return-hi") { (_: borrowing ComponentCall) throws(Trap) -> String in "hi" }
        addResources(to: host)
        addSlowFunctions(to: host)
        for provider in providers { linker.add(provider) }
        return linker
    }

    private func addResources(to host: HostInterface) {
        host.resource("resource1", First.self) { [self] _, representation in
            drops.withLock {
                $0.count += 1
                $0.last = UInt32(truncatingIfNeeded: representation)
            }
        }
        host.resource("resource2", Second.self)
        host.resources["resource1-again"] = First.resourceType
        host.function("[constructor]resource1") {
            (_: borrowing ComponentCall, number: UInt32) throws(Trap) -> Own<First> in
            Own(representation: UInt64(number))
        }
        host.function("[static]resource1.assert") {
            (_: borrowing ComponentCall, resource: Own<First>, number: UInt32) throws(Trap) in
            try Self.check(resource.representation, is: number)
        }
        host.function("[static]resource1.last-drop") {
            [self] (_: borrowing ComponentCall) throws(Trap) -> UInt32 in
            drops.withLock { $0.last }
        }
        host.function("[static]resource1.drops") {
            [self] (_: borrowing ComponentCall) throws(Trap) -> UInt32 in
            drops.withLock { $0.count }
        }
        host.function("[method]resource1.simple") {
            (_: borrowing ComponentCall, resource: Borrow<First>, number: UInt32) throws(Trap) in
            try Self.check(resource.representation, is: number)
        }
        host.function("[method]resource1.take-borrow") {
            (_: borrowing ComponentCall, _: Borrow<First>, _: Borrow<First>) throws(Trap) in
        }
        host.function("[method]resource1.take-own") {
            (_: borrowing ComponentCall, _: Borrow<First>, _: Own<First>) throws(Trap) in
        }
    }

    private static func check(_ representation: UInt64, is number: UInt32) throws(Trap) {
        guard representation == UInt64(number) else {
            throw Trap.host("the resource is \(representation) and should be \(number)")
        }
    }

    private func addSlowFunctions(to host: HostInterface) {
        host.asyncFunction("never-return") {
            (_: borrowing ComponentCall, completion: HostCompletion<NoValue>) throws(Trap) in
            completion.onCancel { completion.cancelled() }
        }
        host.asyncFunction("[method]resource1.never-return") {
            (_: borrowing ComponentCall, completion: HostCompletion<NoValue>, _: Borrow<First>) throws(Trap)
            in
            completion.onCancel { completion.cancelled() }
        }
        host.asyncFunction("return-two-slowly") {
            (call: borrowing ComponentCall, completion: HostCompletion<Int32>) throws(Trap) in
            try Self.completeLater(call, completion, 2)
        }
        host.asyncFunction("echo-slowly") {
            (call: borrowing ComponentCall, completion: HostCompletion<UInt32>, value: UInt32) throws(Trap) in
            try Self.completeLater(call, completion, value)
        }
    }

    private static func completeLater<Value: CanonicalPayload>(
        _ call: borrowing ComponentCall, _ completion: HostCompletion<Value>, _ value: Value
    ) throws(Trap) {
        completion.onCancel { completion.cancelled() }
        try call.fiber.eventLoop.assumeIsolated().execute { completion.complete(value) }
    }

    /// The parts of `host` that a linker cannot be given as functions: a core module and an instance in the instance.
    static let modules = """
        (component
          (component $Host
            (core module $M
              (global (export "g") i32 (i32.const 100))
              (func (export "f") (result i32) (i32.const 101)))
            (core module $Code
              (func (export "three") (result i32) (i32.const 3))
              (func (export "four") (result i32) (i32.const 4)))
            (core instance $code (instantiate $Code))
            (func $three (result u32) (canon lift (core func $code "three")))
            (func $four (result u32) (canon lift (core func $code "four")))
            (instance $nested (export "return-four" (func $four)))
            (export "simple-module" (core module $M))
            (export "nested" (instance $nested))
            (export "return-three" (func $three)))
          (instance $host (instantiate $Host))
          (export "host" (instance $host)))
        """
}
