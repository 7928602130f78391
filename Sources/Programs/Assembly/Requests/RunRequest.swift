public import AppModel

/// Run a WASI command.
public struct RunRequest: Sendable, Equatable {
    /// Path of the WebAssembly file.
    public var modulePath: String
    /// The arguments after the name of the program.
    public var arguments: [String]
    /// Folders the guest may use, in the order given.
    public var folders: [FolderGrant]
    /// The environment of the guest; nothing is inherited.
    public var environment: [EnvironmentVariable]
    /// Changes to the limits. A command has no CPU budget and no deadline unless they are set here.
    public var limits: ComponentLimitOverrides
    /// Bytes of the guest's call stack; `nil` is the engine's default.
    public var stackBytesMax: Int?
    /// Places of the network the guest may reach.
    public var outboundHosts: [OutboundRule] = []
    /// Whether the guest may use the network like any program here, listening included.
    public var inheritsNetwork = false

    /// A request for the module at `modulePath`.
    public init(
        modulePath: String, arguments: [String] = [], folders: [FolderGrant] = [],
        environment: [EnvironmentVariable] = [], limits: ComponentLimitOverrides = ComponentLimitOverrides(),
        stackBytesMax: Int? = nil
    ) {
        self.modulePath = modulePath
        self.arguments = arguments
        self.folders = folders
        self.environment = environment
        self.limits = limits
        self.stackBytesMax = stackBytesMax
    }
}

/// A folder of the host that a command may use.
public struct FolderGrant: Sendable, Equatable {
    /// Path on the host, relative to the current folder or absolute.
    public var hostPath: String
    /// The name the guest sees, which need not be absolute.
    public var guestPath: String
    /// What the guest may do with it.
    public var access: FileMount.Access

    /// A grant of its parts.
    public init(hostPath: String, guestPath: String, access: FileMount.Access = .readWrite) {
        self.hostPath = hostPath
        self.guestPath = guestPath
        self.access = access
    }

    /// Reads `HOST::GUEST`, `HOST::GUEST:ro`, or `HOST`, which has the same name in the guest.
    public init?(_ text: String) {
        var text = text[...]
        var access = FileMount.Access.readWrite
        if text.hasSuffix(":ro") {
            access = .readOnly
            text = text.dropLast(3)
        }
        let host: Substring
        let guest: Substring
        if let separator = text.firstRange(of: "::") {
            (host, guest) = (text[..<separator.lowerBound], text[separator.upperBound...])
        } else {
            (host, guest) = (text, text)
        }
        guard !host.isEmpty, !guest.isEmpty else { return nil }
        self.init(hostPath: String(host), guestPath: String(guest), access: access)
    }
}
