/// An interface of WASI as component text, as far as guests of these tests import it.
struct InterfaceText: Sendable {
    struct Function: Sendable {
        /// The name in the core text of a guest.
        let id: String
        /// The name in the interface, and its component type.
        let name: String
        let type: String
        /// The lowered function's parameters and result.
        let core: String

        init(_ id: String, _ name: String, _ type: String, _ core: String) {
            (self.id, self.name, self.type, self.core) = (id, name, type, core)
        }
    }

    let id: String
    let name: String
    /// Resource types of other interfaces: interface and name.
    var uses: [(String, String)] = []
    /// What its own types are.
    var types = ""
    /// Types that others may use.
    var exports: [String] = []
    let functions: [Function]
}

/// A component whose core code is given as text: `(call $read …)` imports and lowers what it names.
func componentText(_ core: String, data: String = "", interfaces: [InterfaceText] = wasiText) -> String {
    var used: Set<String> = []
    func use(_ id: String) {
        guard used.insert(id).inserted, let interface = interfaces.first(where: { $0.id == id }) else {
            return
        }
        for (other, _) in interface.uses { use(other) }
    }
    func calls(_ function: InterfaceText.Function) -> Bool {
        core.contains("$\(function.id) ") || core.contains("$\(function.id))")
    }
    for interface in interfaces where interface.functions.contains(where: calls) { use(interface.id) }
    var text = ""
    var lowered = ""
    var coreImports = ""
    var coreInstance = ""
    for interface in interfaces where used.contains(interface.id) {
        let outer = interface.uses.map { "(alias outer 1 $\($0.1) (type $\($0.1)))" }.joined(separator: "\n")
        let called = interface.functions.filter(calls)
        let functions = called.map { "(export \"\($0.name)\" (func \($0.type)))" }.joined(separator: "\n")
        text +=
            "(import \"\(interface.name)\" (instance $\(interface.id)-interface \(outer) \(interface.types) \(functions)))\n"
        for type in interface.exports {
            text += "(alias export $\(interface.id)-interface \"\(type)\" (type $\(type)))\n"
        }
        for function in called {
            lowered += """
                (core func $\(function.id) (canon lower (func $\(interface.id)-interface "\(function.name)")
                  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))\n
                """
            coreImports += "(import \"host\" \"\(function.id)\" (func $\(function.id) \(function.core)))\n"
            coreInstance += "(export \"\(function.id)\" (func $\(function.id)))\n"
        }
    }
    for type in ["pollable", "input-stream", "output-stream", "descriptor", "tcp-socket", "error"]
    where core.contains("$drop-\(type) ") {
        lowered += "(core func $drop-\(type) (canon resource.drop $\(type)))\n"
        coreImports += "(import \"host\" \"drop-\(type)\" (func $drop-\(type) (param i32)))\n"
        coreInstance += "(export \"drop-\(type)\" (func $drop-\(type)))\n"
    }
    return """
        (component
          \(text)
          \(libcText)
          \(lowered)
          (core module $Main
            \(coreImports)
            (import "libc" "memory" (memory 4))
            \(data)
            \(core))
          (core instance $main (instantiate $Main
            (with "libc" (instance $libc)) (with "host" (instance \(coreInstance)))))
          (func (export "run") (result u32) (canon lift (core func $main "run"))))
        """
}

/// Leaves the guest's function with `step` unless `condition` holds.
func expecting(_ step: Int, _ condition: String) -> String {
    "(if (i32.eqz \(condition)) (then (return (i32.const \(step)))))\n"
}

private let libcText = """
    (core module $Libc
      (memory (export "memory") 4)
      (global $next (mut i32) (i32.const 65536))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (local $result i32)
        (local.set $result
          (i32.and
            (i32.add (global.get $next) (i32.sub (local.get 2) (i32.const 1)))
            (i32.xor (i32.sub (local.get 2) (i32.const 1)) (i32.const -1))))
        (global.set $next (i32.add (local.get $result) (local.get 3)))
        (local.get $result)))
    (core instance $libc (instantiate $Libc))
    """
