import ArgumentParser
import Assembly

struct EncodeComponentCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Make a component of a core module.",
        discussion: """
            The types come from what the module's bindings embedded in it. Where there is nothing, they come from the \
            WIT that is given, or from Martlet's own definitions of WASI's and Spin's interfaces, by the names of the \
            module's imports and exports.

            Martlet itself runs such modules as they are, WASI preview 1 included. Other runtimes want a component, and \
            an adapter for imports that are not part of its world.

            Examples:
              martlet component encode core.wasm -o app.wasm
              martlet component encode core.wasm -o app.wasm --wit wit --world my:shop/cart
              martlet component encode core.wasm -o app.wasm --adapt wasi_snapshot_preview1=reactor.wasm
            """)

    @Argument(
        help: ArgumentHelp("The core module.", valueName: "module"),
        completion: .file(extensions: ["wasm", "wat"]))
    var module: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The component to write.", valueName: "file"),
        completion: .file(extensions: ["wasm"]))
    var output: String

    @Option(
        name: .customLong("wit"),
        help: ArgumentHelp("A WIT text, or a folder with such. May be repeated.", valueName: "path"),
        completion: .file())
    var wit: [String] = []

    @Option(help: ArgumentHelp("The world that is meant, if the WIT declares several.", valueName: "name"))
    var world: String?

    @Option(
        name: .customLong("adapt"),
        help: ArgumentHelp(
            "Let a module supply the imports of a name that are not part of the world. May be repeated.",
            valueName: "name=file"))
    var adapters: [AdapterArgument] = []

    @Flag(
        name: .customLong("grow-memory"),
        help: "Give adapters new pages of memory instead of blocks of the module's allocator; Go needs this.")
    var growsMemory = false

    func validate() throws {
        if world != nil, wit.isEmpty {
            throw ValidationError("--world needs the WIT that declares it: --wit.")
        }
    }

    func perform(_ operations: any Operations, console: Console) async throws -> ProcessStatus {
        let request = EncodeComponentRequest(
            modulePath: module, outputPath: output, witPaths: wit, world: world,
            adapters: adapters.map(\.adapter), growsMemory: growsMemory)
        return try await operations.encodeComponent(request, console: console)
    }
}

/// `NAME=FILE`.
struct AdapterArgument: ExpressibleByArgument {
    let adapter: EncodeComponentRequest.Adapter

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
        let path = argument[argument.index(after: equals)...]
        guard !path.isEmpty else { return nil }
        adapter = EncodeComponentRequest.Adapter(name: String(argument[..<equals]), path: String(path))
    }
}
