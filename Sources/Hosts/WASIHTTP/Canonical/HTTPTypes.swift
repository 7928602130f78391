import ComponentModel
import ComponentRuntime
import HostSystem
import WASI
import WasmEngine

/// What every version of `wasi:http/types` has, under names of its own.
enum HTTPTypes {
    /// The names of a version.
    struct Names: Sendable {
        /// What a function begins with that reads a property.
        let get: String
        /// The function that lists fields.
        let list: String
        /// What the name of a time ends with.
        var time = "timeout"

        static let preview2 = Names(get: "", list: "entries")
        static let november = Names(get: "", list: "entries", time: "timeout-ms")
        static let preview3 = Names(get: "get-", list: "copy-all")
    }

    /// An answer without a reason.
    static func outcome(_ isDone: Bool) -> Result<NoValue, NoValue> {
        isDone ? .success(NoValue()) : .failure(NoValue())
    }

    /// An answer without a reason for the guest; the operator sees one.
    static func outcome(
        _ isDone: Bool, _ call: borrowing ComponentCall, _ problem: String
    ) -> Result<NoValue, NoValue> {
        if !isDone { call.system.plan.network.refuseRequest(problem) }
        return outcome(isDone)
    }
}
