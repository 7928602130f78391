import AppModel
import ArgumentParser
import Assembly

struct RunCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a WebAssembly program once and end with its exit code.",
        discussion: """
            The program sees the folders, variables and hosts that are given here, and nothing else.
            It is a module for WASI preview 1, or a component that exports wasi:cli/run.

            Examples:
              martlet run hello.wasm
              martlet run sort.wasm -- --reverse names.txt
              martlet run tool.wasm --dir data::/data --dir config::/etc:ro --env LANG=C
              martlet run untrusted.wasm --memory-max 16MiB --cpu-budget 2s --deadline 10s
            """)

    @Argument(
        help: ArgumentHelp("The WebAssembly file.", valueName: "module"),
        completion: .file(extensions: ["wasm"]))
    var module: String

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("Arguments of the program, after --.", valueName: "arguments"))
    var arguments: [String] = []

    @Option(
        name: .customLong("dir"),
        help: ArgumentHelp(
            "Let the program use a folder, under the name GUEST; \":ro\" at the end forbids changes. May be repeated.",
            valueName: "host::guest[:ro]"),
        completion: .directory)
    var folders: [FolderArgument] = []

    @Option(
        name: [.customShort("e"), .customLong("env")],
        help: ArgumentHelp(
            "Set a variable of the program's environment. May be repeated.", valueName: "name=value"))
    var environment: [EnvironmentArgument] = []

    @Option(
        name: .customLong("allow-outbound-host"),
        help: ArgumentHelp(
            "Let the program reach a host, such as tcp://db.example.com:5432. May be repeated.",
            valueName: "pattern"),
        transform: { try OutboundRule($0) })
    var outboundHosts: [OutboundRule] = []

    @Flag(
        name: .customLong("inherit-network"),
        help: "Let the program use the network as you can, listening included.")
    var inheritsNetwork = false

    @Option(
        name: .customLong("memory-max"),
        help: ArgumentHelp("Limit its memories together (default: 256MiB).", valueName: "size"))
    var memory: ByteCountArgument?

    @Option(
        name: .customLong("table-elements-max"),
        help: ArgumentHelp("Limit its tables together (default: 100000).", valueName: "count"))
    var tableElements: Int?

    @Option(
        name: .customLong("open-files-max"),
        help: ArgumentHelp("Limit its open files (default: 256).", valueName: "count"))
    var openFiles: Int?

    @Option(
        name: .customLong("stack"), help: ArgumentHelp("Set the size of its call stack.", valueName: "size"))
    var stack: ByteCountArgument?

    @Option(
        name: .customLong("cpu-budget"),
        help: ArgumentHelp("End it after this time on a processor (default: never).", valueName: "time"))
    var cpuBudget: DurationArgument?

    @Option(
        help: ArgumentHelp("End it after this time, waiting included (default: never).", valueName: "time"))
    var deadline: DurationArgument?

    func validate() throws {
        for (name, value) in [("--table-elements-max", tableElements), ("--open-files-max", openFiles)] {
            if let value, value < 0 { throw ValidationError("\(name) must not be negative.") }
        }
    }

    var request: RunRequest {
        var limits = ComponentLimitOverrides()
        limits.memoryBytesMax = memory?.bytes
        limits.tableElementsMax = tableElements
        limits.openFilesMax = openFiles
        limits.cpuBudget = cpuBudget?.duration
        limits.deadline = deadline?.duration
        var request = RunRequest(
            modulePath: module, arguments: arguments, folders: folders.map(\.grant),
            environment: environment.map(\.variable),
            limits: limits, stackBytesMax: stack?.bytes)
        request.outboundHosts = outboundHosts
        request.inheritsNetwork = inheritsNetwork
        return request
    }

    func perform(_ operations: any Operations, console: Console) async throws -> ProcessStatus {
        try await operations.run(request, console: console)
    }
}
