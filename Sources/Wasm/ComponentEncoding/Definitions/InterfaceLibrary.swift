/// Martlet's own definitions of the interfaces that guests import by name: WASI 0.2 and 0.3, and Spin's.
public enum InterfaceLibrary {
    /// The definitions, parsed once.
    public static let sources: WITSources = {
        do { return try parsed() } catch {
            preconditionFailure("a definition of ours is no WIT: \(error)")
        }
    }()

    private static let texts: [(name: String, text: String)] = [
        ("wasi-cli-0.2", WASI02Definitions.cli), ("wasi-io-0.2", WASI02Definitions.io),
        ("wasi-clocks-0.2", WASI02Definitions.clocks), ("wasi-random-0.2", WASI02Definitions.random),
        ("wasi-filesystem-0.2", WASI02Definitions.filesystem),
        ("wasi-sockets-0.2", WASI02Definitions.sockets), ("wasi-http-0.2", WASI02Definitions.http),
        ("spin-1", SpinDefinitions.fermyon1), ("spin-2", SpinDefinitions.fermyon2),
        ("spin-key-value-3", SpinDefinitions.spinKeyValue3), ("spin-mqtt-3", SpinDefinitions.spinMqtt3),
        ("spin-mysql-3", SpinDefinitions.spinMysql3), ("spin-redis-3", SpinDefinitions.spinRedis3),
        ("spin-variables-3", SpinDefinitions.spinVariables3),
        ("spin-sqlite-3", SpinDefinitions.spinSqlite3), ("spin-postgres-3", SpinDefinitions.spinPostgres3),
        ("spin-postgres-4", SpinDefinitions.spinPostgres4), ("wasi-keyvalue-0.2", SpinDefinitions.keyvalue),
        ("wasi-config-0.2", SpinDefinitions.config),
    ]

    private static let texts03: [(name: String, text: String)] = [
        ("wasi-cli-0.3", WASI03Definitions.cli), ("wasi-clocks-0.3", WASI03Definitions.clocks),
        ("wasi-random-0.3", WASI03Definitions.random),
        ("wasi-filesystem-0.3", WASI03Definitions.filesystem),
        ("wasi-sockets-0.3", WASI03Definitions.sockets), ("wasi-http-0.3", WASI03Definitions.http),
    ]

    /// The snapshot of WASI 0.3 that Spin's tools use; its interfaces are those of the release.
    private static let snapshot03 = "0.3.0-rc-2026-03-15"

    private static func parsed() throws(WITError) -> WITSources {
        var sources = WITSources()
        for (name, text) in texts + texts03 { try sources.add(text, file: name) }
        for (name, text) in texts03 {
            let older = text.split(separator: "@0.3.0", omittingEmptySubsequences: false)
                .joined(separator: "@\(snapshot03)")
            try sources.add(older, file: "\(name)-rc")
        }
        return sources
    }

    /// The definitions as texts, for those who write a world of their own.
    public static var definitions: [(name: String, text: String)] { texts + texts03 }
}
