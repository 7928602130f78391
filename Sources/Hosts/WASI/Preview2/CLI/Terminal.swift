import ComponentModel
import ComponentRuntime

/// `wasi:cli/terminal-input`'s resource: proof that standard input is a terminal.
final class TerminalInput: HostResource {
    static let resourceType = RuntimeResourceType.host()
}

/// `wasi:cli/terminal-output`'s resource: proof that an output is a terminal.
final class TerminalOutput: HostResource {
    static let resourceType = RuntimeResourceType.host()
}
