/// The components that both sides run, as text.
enum BenchComponents {
    /// Functions that hand back what they get, and one that calls the host in a loop.
    static let calls = """
        (component
          (import "mix" (func $mix (param "a" u32) (param "b" u64) (param "c" float64) (result u64)))
          (core module $Main
            (import "host" "mix" (func $mix (param i32 i64 f64) (result i64)))
            (memory (export "memory") 64)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
            (func (export "scalars") (param i32 i64 f64) (result i64)
              (i64.add (local.get 1) (i64.extend_i32_u (local.get 0))))
            (func (export "text") (param i32 i32) (result i32)
              (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1))
              (i32.const 16))
            (func (export "record") (param i32 i64 i32 f64) (result i32)
              (i32.store (i32.const 16) (local.get 0)) (i64.store (i32.const 24) (local.get 1))
              (i32.store (i32.const 32) (local.get 2)) (f64.store (i32.const 40) (local.get 3))
              (i32.const 16))
            (func (export "variant") (param i32 i64) (result i32)
              (i32.store8 (i32.const 16) (local.get 0)) (i64.store (i32.const 24) (local.get 1))
              (i32.const 16))
            (func (export "host-calls") (param $n i32) (result i64) (local $x i64)
              (loop $l
                (local.set $x (call $mix (local.get $n) (local.get $x) (f64.const 1)))
                (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
              (local.get $x)))
          (core func $mix-core (canon lower (func $mix)))
          (core instance $main (instantiate $Main
            (with "host" (instance (export "mix" (func $mix-core))))))
          (alias core export $main "memory" (core memory $memory))
          (alias core export $main "realloc" (core func $realloc))
          (type $point' (record (field "x" u32) (field "y" u64) (field "z" u32) (field "w" float64)))
          (export $point "point" (type $point'))
          (type $shape' (variant (case "none") (case "length" u64) (case "count" u32)))
          (export $shape "shape" (type $shape'))
          (func (export "scalars") (param "a" u32) (param "b" u64) (param "c" float64) (result u64)
            (canon lift (core func $main "scalars")))
          (func (export "text") (param "a" string) (result string)
            (canon lift (core func $main "text") (memory $memory) (realloc $realloc)))
          (func (export "bytes") (param "a" (list u8)) (result (list u8))
            (canon lift (core func $main "text") (memory $memory) (realloc $realloc)))
          (func (export "record") (param "a" $point) (result $point)
            (canon lift (core func $main "record") (memory $memory) (realloc $realloc)))
          (func (export "variant") (param "a" $shape) (result $shape)
            (canon lift (core func $main "variant") (memory $memory) (realloc $realloc)))
          (func (export "host-calls") (param "n" u32) (result u64)
            (canon lift (core func $main "host-calls"))))
        """

    /// Four core modules as `wit-component` puts them together: a shim with a table of indirect calls, the main
    /// module, the adapter for preview 1, and the module that fills the table. 38 functions are lowered: 12 and 10
    /// plain ones for main and adapter, 10 and 6 that need main's memory.
    static let fourModules = """
        (component
          (import "bench:host/api" (instance $host
            \(lines(names("s", 16)) { "(export \"\($0)\" (func (param \"a\" string)))" })
            \(lines(names("d", 12) + names("a", 10)) { "(export \"\($0)\" (func (param \"a\" u32)))" })))
          (core module $Shim
            \(lines(0..<16) { shim($0, "i32 i32") })
            \(lines(16..<18) { shim($0, "i32 i32 i32 i32", result: true) })
            (table (export "$imports") 18 18 funcref))
          (core module $Main
            \(lines(names("s", 10)) { "(import \"bench:host/api\" \"\($0)\" (func $\($0) (param i32 i32)))" })
            \(lines(names("d", 12)) { "(import \"bench:host/api\" \"\($0)\" (func $\($0) (param i32)))" })
            \(lines(["fd_write", "environ_get"]) {
                "(import \"wasi_snapshot_preview1\" \"\($0)\" (func $\($0) (param i32 i32 i32 i32) (result i32)))" })
            (memory (export "memory") 17)
            (data (i32.const 1024) "hello world")
            (global $stack (mut i32) (i32.const 1048576))
            (table 40 funcref)
            (elem (i32.const 1) func $run $realloc)
            (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2048))
            (func $run (export "run") (i32.store (i32.const 66000) (i32.const 1)))
            (func (export "use") (call $s0 (i32.const 0) (i32.const 0)) (call $d0 (i32.const 0))
              (drop (call $fd_write (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))))
          (core module $Adapter
            (import "env" "memory" (memory 0))
            (import "__main_module__" "cabi_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
            \(lines(names("s", 16).dropFirst(10)) { "(import \"bench:host/api\" \"\($0)\" (func $\($0) (param i32 i32)))" })
            \(lines(names("a", 10)) { "(import \"bench:host/api\" \"\($0)\" (func $\($0) (param i32)))" })
            (global $state (mut i32) (i32.const 0))
            (func (export "fd_write") (param i32 i32 i32 i32) (result i32)
              (global.set $state (i32.load (i32.const 1024)))
              (call $s12 (i32.const 0) (i32.const 0)) (call $a3 (i32.const 0)) (global.get $state))
            (func (export "environ_get") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
          (core module $Fixups
            (import "" "$imports" (table 18 18 funcref))
            \(lines(0..<16) { "(import \"\" \"\($0)\" (func $f\($0) (param i32 i32)))" })
            \(lines(16..<18) { "(import \"\" \"\($0)\" (func $f\($0) (param i32 i32 i32 i32) (result i32)))" })
            (elem (i32.const 0) func \(lines(0..<18) { "$f\($0)" })))
          \(lines(names("s", 16) + names("d", 12) + names("a", 10)) { "(alias export $host \"\($0)\" (func $\($0)))" })
          (core instance $shim (instantiate $Shim))
          \(lines(names("d", 12) + names("a", 10)) { "(core func $\($0)-core (canon lower (func $\($0))))" })
          (core instance $main (instantiate $Main
            (with "bench:host/api" (instance
              \(lines(0..<10) { "(export \"s\($0)\" (func $shim \"\($0)\"))" })
              \(lines(names("d", 12)) { "(export \"\($0)\" (func $\($0)-core))" })))
            (with "wasi_snapshot_preview1" (instance
              (export "fd_write" (func $shim "16")) (export "environ_get" (func $shim "17"))))))
          (alias core export $main "memory" (core memory $memory))
          (alias core export $main "cabi_realloc" (core func $realloc))
          (core instance $adapter (instantiate $Adapter
            (with "env" (instance (export "memory" (memory $memory))))
            (with "__main_module__" (instance (export "cabi_realloc" (func $realloc))))
            (with "bench:host/api" (instance
              \(lines(10..<16) { "(export \"s\($0)\" (func $shim \"\($0)\"))" })
              \(lines(names("a", 10)) { "(export \"\($0)\" (func $\($0)-core))" })))))
          \(lines(names("s", 16)) {
              "(core func $\($0)-core (canon lower (func $\($0)) (memory $memory) (realloc $realloc)))" })
          (core instance (instantiate $Fixups
            (with "" (instance
              (export "$imports" (table $shim "$imports"))
              \(lines(0..<16) { "(export \"\($0)\" (func $s\($0)-core))" })
              (export "16" (func $adapter "fd_write")) (export "17" (func $adapter "environ_get"))))))
          (func (export "run") (canon lift (core func $main "run")))
          (func (export "use") (canon lift (core func $main "use"))))
        """

    static func names(_ letter: String, _ count: Int) -> [String] { (0..<count).map { "\(letter)\($0)" } }

    private static func lines<Items: Sequence>(_ items: Items, _ text: (Items.Element) -> String) -> String {
        items.map(text).joined(separator: "\n")
    }

    private static func shim(_ number: Int, _ parameters: String, result: Bool = false) -> String {
        let type = "(param \(parameters))" + (result ? " (result i32)" : "")
        let values = (0..<parameters.split(separator: " ").count).map { "(local.get \($0))" }
        return """
            (func (export "\(number)") \(type)
              (call_indirect \(type) \(values.joined(separator: " ")) (i32.const \(number))))
            """
    }
}
