import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:random`. The functions for bytes may give fewer than they are asked for.
extension Preview3 {
    static func defineRandom(in linker: ComponentLinker, _ version: String) {
        let random = linker.interface("wasi:random/random@\(version)")
        defineNumbers(in: random, "get-random-bytes", "get-random-u64")
        let insecure = linker.interface("wasi:random/insecure@\(version)")
        defineNumbers(in: insecure, "get-insecure-random-bytes", "get-insecure-random-u64")
        linker.interface("wasi:random/insecure-seed@\(version)").function("get-insecure-seed") {
            (call: borrowing ComponentCall) throws(Trap) -> CanonicalTuple<UInt64, UInt64> in
            do throws(HostError) {
                let seed = try call.system.insecureSeed()
                return CanonicalTuple(seed.0, seed.1)
            } catch { throw Preview2.trap(.code(error)) }
        }
    }

    private static func defineNumbers(in interface: HostInterface, _ bytes: String, _ number: String) {
        interface.function(bytes) { (call: borrowing ComponentCall, most: UInt64) throws(Trap) -> [UInt8] in
            let limit = call.system.plan.limits.randomBytes
            do throws(HostError) { return try HostRandom.bytes(Int(min(most, UInt64(limit)))) } catch {
                throw Preview2.trap(.code(error))
            }
        }
        interface.function(number) { (_: borrowing ComponentCall) throws(Trap) -> UInt64 in
            try Preview2.randomNumber()
        }
    }
}
