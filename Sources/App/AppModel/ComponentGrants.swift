/// Outside things a component may use, by name. Everything is denied unless it is listed.
public struct ComponentGrants: Sendable, Equatable {
    /// Hosts that the guest may reach.
    public var outboundHosts: [OutboundRule]
    /// Labels of key-value stores.
    public var keyValueStores: [String]
    /// Labels of SQLite databases.
    public var sqliteDatabases: [String]
    /// Names of language models.
    public var aiModels: [String]

    /// Grants of the listed things; absent lists grant nothing.
    public init(
        outboundHosts: [OutboundRule] = [], keyValueStores: [String] = [], sqliteDatabases: [String] = [],
        aiModels: [String] = []
    ) {
        self.outboundHosts = outboundHosts
        self.keyValueStores = keyValueStores
        self.sqliteDatabases = sqliteDatabases
        self.aiModels = aiModels
    }
}
