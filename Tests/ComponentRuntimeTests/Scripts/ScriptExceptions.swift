/// Commands of other projects' scripts that do not pass, with the reason why they need not.
///
/// Lines are those of the commits in docs/conformance.md.
enum ScriptExceptions {
    /// By script and line.
    static let reasons: [String: String] = wasmtime.merging(wasmTools) { first, _ in first }

    private static let wasmtime = places([
        "a component may call itself: what counts are instances that are around the callee and not around the caller":
            [
                "adapter.wast": [97]
            ],
        "that engine cannot do it at the outermost level; the specification has no such limit": [
            "import.wast": [1], "restrictions.wast": [1, 5, 9, 16], "simple.wast": [24, 30],
        ],
        "an instance without items asks for nothing, whatever the host has of the name": ["import.wast": [7]],
        "a thread that is not suspended traps before anybody asks whether the task is cancelled": [
            "stackful-cancellation.wast": [385]
        ],
    ])

    private static let wasmTools = places([
        "memories with other page sizes are switched off in the engine": [
            "custom-page-sizes.wast": [4, 14, 24, 31, 38, 45]
        ],
        "shared tables and memories are switched off in the engine": [
            "shared-everything-threads/not-accepted.wast": [3, 13]
        ],
        "the binary lacks the first byte of a `valuebound` of Binary.md": [
            "values/start.wast": [36], "values/values.wast": [3, 20, 31, 52, 59, 67, 74, 102, 111],
        ],
        "asks that core features be off which this engine has always on": ["types.wast": [3, 9, 15]],
    ])

    private static func places(_ list: [String: [String: [Int]]]) -> [String: String] {
        var reasons: [String: String] = [:]
        for (reason, scripts) in list {
            for (script, lines) in scripts {
                for line in lines { reasons["\(script):\(line)"] = reason }
            }
        }
        return reasons
    }
}
