import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:random`. What is called insecure is as good as the rest: the kernel's generator is fast enough for both.
extension Preview2 {
    static func defineRandom(in linker: ComponentLinker, _ version: String) {
        let random = linker.interface("wasi:random/random@\(version)")
        defineNumbers(in: random, "get-random-bytes", "get-random-u64")
        let insecure = linker.interface("wasi:random/insecure@\(version)")
        defineNumbers(in: insecure, "get-insecure-random-bytes", "get-insecure-random-u64")
        linker.interface("wasi:random/insecure-seed@\(version)").function("insecure-seed") {
            (_: borrowing ComponentCall) throws(Trap) -> CanonicalTuple<UInt64, UInt64> in
            CanonicalTuple(try randomNumber(), try randomNumber())
        }
    }

    private static func defineNumbers(in interface: HostInterface, _ bytes: String, _ number: String) {
        interface.function(bytes) {
            (call: borrowing ComponentCall, length: UInt64) throws(Trap) -> [UInt8] in
            let limits = call.system.plan.limits
            guard length <= UInt64(limits.randomBytes) else {
                throw Trap.host("a guest asks for \(length) random bytes; the limit is \(limits.randomBytes)")
            }
            do throws(HostError) { return try HostRandom.bytes(Int(length)) } catch {
                throw trap(.code(error))
            }
        }
        interface.function(number) { (_: borrowing ComponentCall) throws(Trap) -> UInt64 in
            try randomNumber()
        }
    }

    static func randomNumber() throws(Trap) -> UInt64 {
        do throws(HostError) { return try HostRandom.number() } catch { throw trap(.code(error)) }
    }
}
