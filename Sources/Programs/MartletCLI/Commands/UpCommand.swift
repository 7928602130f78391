import AppModel
import ArgumentParser
import Assembly

struct UpCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Serve an application over HTTP.",
        discussion: """
            FILE is a manifest (spin.toml), a WebAssembly file, or a folder with a manifest in it. A WebAssembly file by \
            itself gets every request.

            Examples:
              martlet up
              martlet up hello.wasm --listen 127.0.0.1:8080
              martlet up -f shop/spin.toml --env STAGE=test
              martlet up --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem

            SIGINT and SIGTERM end it: requests that were accepted are finished first.
            """)

    @Argument(
        help: ArgumentHelp("The application to serve (default: this folder).", valueName: "file"),
        completion: .file())
    var file: String?

    @Option(
        name: [.customShort("f"), .customLong("from")],
        help: ArgumentHelp("The application to serve, another way to write FILE.", valueName: "file"),
        completion: .file())
    var from: String?

    @Option(
        help: ArgumentHelp("Where to accept connections; port 0 takes a free one.", valueName: "address:port")
    )
    var listen = ListenArgument(.standard)

    @Option(
        name: .customLong("tls-cert"),
        help: ArgumentHelp("Serve HTTPS with this certificate chain, a PEM file.", valueName: "file"),
        completion: .file())
    var certificate: String?

    @Option(
        name: .customLong("tls-key"),
        help: ArgumentHelp("The private key of the certificate, a PEM file.", valueName: "file"),
        completion: .file())
    var key: String?

    @Option(
        name: .customLong("log-dir"),
        help: ArgumentHelp("Where the output of guests is kept; \"\" keeps none.", valueName: "folder"),
        completion: .directory)
    var logFolder: String?

    @Option(
        name: [.customShort("e"), .customLong("env")],
        help: ArgumentHelp(
            "Add to the environment of every component. May be repeated.", valueName: "name=value"))
    var environment: [EnvironmentArgument] = []

    @Option(
        name: .customLong("allow-outbound-host"),
        help: ArgumentHelp(
            "Let every component reach a host, such as https://api.example.com. May be repeated.",
            valueName: "pattern"),
        transform: { try OutboundRule($0) })
    var outboundHosts: [OutboundRule] = []

    @Option(
        name: .customLong("outbound-ca"),
        help: ArgumentHelp(
            "Let HTTPS requests of components trust these certificates too, a PEM file.", valueName: "file"),
        completion: .file())
    var outboundRootsFile: String?

    @Option(
        name: .customLong("drain-time"),
        help: ArgumentHelp(
            "How long accepted requests may take after a signal (default: 30s).", valueName: "duration"))
    var drainTime: DurationArgument?

    @Flag(name: [.customShort("q"), .customLong("quiet")], help: "Do not repeat the output of guests here.")
    var isQuiet = false

    @Flag(name: .customLong("json"), help: "Write for programs: one JSON object a line.")
    var asJSON = false

    func validate() throws {
        try refuseTwice(file, from)
        if (certificate == nil) != (key == nil) {
            throw ValidationError("HTTPS needs both --tls-cert and --tls-key.")
        }
    }

    var request: UpRequest {
        var tls: TLSFiles?
        if let certificate, let key { tls = TLSFiles(certificatePath: certificate, keyPath: key) }
        var request = UpRequest(
            location: file ?? from ?? ".", listen: listen.address, tls: tls, logFolder: logFolder,
            isQuiet: isQuiet, asJSON: asJSON, environment: environment.map(\.variable))
        request.outboundHosts = outboundHosts
        request.outboundRootsFile = outboundRootsFile
        if let drainTime { request.drainTime = drainTime.duration }
        return request
    }

    func perform(_ operations: any Operations, console: Console) async throws -> ProcessStatus {
        try await operations.up(request, console: console)
    }
}
