import AppModel
import Assembly
import Foundation
import Manifests
import MartletCLI
import Synchronization
import Testing

/// Remembers the requests it gets, and ends as told.
private final class Recorder: Operations {
    let requests = Mutex<[String]>([])
    let failure: (any Error)?
    let status: ProcessStatus

    init(failure: (any Error)? = nil, status: ProcessStatus = .success) {
        self.failure = failure
        self.status = status
    }

    private func note(_ request: some Any) throws -> ProcessStatus {
        requests.withLock { $0.append("\(request)") }
        if let failure { throw failure }
        return status
    }

    func up(_ request: UpRequest, console: Console) async throws -> ProcessStatus { try note(request) }
    func run(_ request: RunRequest, console: Console) async throws -> ProcessStatus { try note(request) }
    func build(_ request: BuildRequest, console: Console) async throws -> ProcessStatus { try note(request) }
    func check(_ request: CheckRequest, console: Console) async throws -> ProcessStatus { try note(request) }
    func inspectComponent(
        _ request: InspectComponentRequest, console: Console
    ) async throws -> ProcessStatus { try note(request) }
    func validateComponents(
        _ request: ValidateComponentsRequest, console: Console
    ) async throws -> ProcessStatus { try note(request) }
    func encodeComponent(
        _ request: EncodeComponentRequest, console: Console
    ) async throws -> ProcessStatus { try note(request) }
}

@Suite struct ProgramTests {
    private func run(
        _ arguments: [String], _ operations: Recorder = Recorder()
    ) async -> (status: ProcessStatus, console: ConsoleRecorder, requests: [String]) {
        let console = ConsoleRecorder()
        let program = Program(operations: operations, console: console.console(), columns: 80)
        let status = await program.run(arguments)
        return (status, console, operations.requests.withLock { $0 })
    }

    @Test(arguments: [
        (["up"], UpRequest(location: ".")), (["up", "a.wasm"], UpRequest(location: "a.wasm")),
        (["up", "-f", "x/spin.toml"], UpRequest(location: "x/spin.toml")),
        (["up", "--from", "x", "-q", "--json"], UpRequest(location: "x", isQuiet: true, asJSON: true)),
        (
            ["up", "--listen", "[::1]:0", "--log-dir", "", "-e", "A=1", "--env", "B=x=y"],
            UpRequest(
                location: ".", listen: ListenAddress(host: "::1", port: 0), logFolder: "",
                environment: [
                    EnvironmentVariable(name: "A", value: "1"), EnvironmentVariable(name: "B", value: "x=y"),
                ])
        ),
        (
            ["up", "--tls-cert", "c", "--tls-key", "k"],
            UpRequest(location: ".", tls: TLSFiles(certificatePath: "c", keyPath: "k"))
        ),
    ])
    func `up becomes a request`(arguments: [String], request: UpRequest) async {
        #expect(await run(arguments).requests == ["\(request)"])
    }

    private static var limited: ComponentLimitOverrides {
        var limits = ComponentLimitOverrides()
        limits.memoryBytesMax = 16 << 20
        limits.tableElementsMax = 5
        limits.openFilesMax = 9
        limits.cpuBudget = .seconds(2)
        limits.deadline = .milliseconds(1500)
        return limits
    }

    @Test(arguments: [
        (["run", "a.wasm"], RunRequest(modulePath: "a.wasm")),
        (
            ["run", "a.wasm", "--", "-x", "--dir", "y"],
            RunRequest(modulePath: "a.wasm", arguments: ["-x", "--dir", "y"])
        ),
        (
            ["run", "--dir", "d::/d:ro", "--dir", "e", "--env", "K=", "a.wasm"],
            RunRequest(
                modulePath: "a.wasm",
                folders: [
                    FolderGrant(hostPath: "d", guestPath: "/d", access: .readOnly),
                    FolderGrant(hostPath: "e", guestPath: "e"),
                ], environment: [EnvironmentVariable(name: "K", value: "")])
        ),
        (
            [
                "run", "a.wasm", "--memory-max", "16MiB", "--table-elements-max", "5", "--open-files-max",
                "9",
                "--stack", "65536", "--cpu-budget", "2s", "--deadline", "1500ms",
            ], RunRequest(modulePath: "a.wasm", limits: limited, stackBytesMax: 65536)
        ),
    ])
    func `run becomes a request`(arguments: [String], request: RunRequest) async {
        #expect(await run(arguments).requests == ["\(request)"])
    }

    @Test func `build and check become requests`() async {
        #expect(
            await run(["build", "x", "-c", "a", "--component", "b", "--json"]).requests
                == ["\(BuildRequest(location: "x", components: ["a", "b"], asJSON: true))"])
        #expect(await run(["build", "-f", "x"]).requests == ["\(BuildRequest(location: "x"))"])
        #expect(await run(["check", "--from", "x"]).requests == ["\(CheckRequest(location: "x"))"])
        #expect(await run(["check"]).requests == ["\(CheckRequest(location: "."))"])
    }

    @Test func `the tools for components become requests`() async {
        #expect(
            await run(["component", "inspect", "a.wasm", "--json"]).requests
                == ["\(InspectComponentRequest(path: "a.wasm", asJSON: true))"])
        #expect(
            await run(["component", "validate", "a.wasm", "b.wasm"]).requests
                == ["\(ValidateComponentsRequest(paths: ["a.wasm", "b.wasm"]))"])
        let encode = EncodeComponentRequest(
            modulePath: "a.wasm", outputPath: "b.wasm", witPaths: ["wit"], world: "w",
            adapters: [.init(name: "env", path: "c.wasm")])
        #expect(
            await run([
                "component", "encode", "a.wasm", "-o", "b.wasm", "--wit", "wit", "--world", "w", "--adapt",
                "env=c.wasm",
            ]).requests == ["\(encode)"])
    }

    @Test func `the status of an operation is the status of the program`() async {
        #expect(
            await run(["run", "a.wasm"], Recorder(status: ProcessStatus(rawValue: 42))).status.rawValue == 42)
    }

    /// Texts that people see, each in a file, so that a change of one is seen in review. With `RECORD_FIXTURES=1`
    /// in the environment they are written anew.
    @Test(
        arguments: [
            ("help", ["--help"]), ("help-none", []), ("help-up", ["up", "--help"]),
            ("help-run", ["help", "run"]),
            ("help-build", ["build", "-h"]), ("help-check", ["check", "--help"]),
            ("help-completions", ["completions", "--help"]), ("version", ["--version"]),
            ("usage-command", ["frob"]), ("usage-option", ["up", "--lisen", "x"]),
            ("usage-twice", ["up", "a", "-f", "b"]), ("usage-tls", ["up", "--tls-cert", "x"]),
            ("usage-listen", ["up", "--listen", "here"]), ("usage-env", ["up", "--env", "=x"]),
            ("usage-module", ["run"]), ("usage-dir", ["run", "a.wasm", "--dir", "::x"]),
            ("usage-size", ["run", "a.wasm", "--memory-max", "lots"]),
            ("usage-time", ["run", "a.wasm", "--deadline", "soon"]),
            ("usage-count", ["run", "a.wasm", "--open-files-max=-1"]),
            ("usage-extra", ["run", "a.wasm", "b"]),
            ("usage-shell", ["completions", "tcsh"]),
        ] as [(String, [String])])
    func `help and usage errors are worded exactly`(name: String, arguments: [String]) async throws {
        let (status, console, requests) = await run(arguments)
        #expect(requests.isEmpty)
        #expect(status == (name.hasPrefix("usage") ? .usage : .success))
        #expect(name.hasPrefix("usage") ? console.output.isEmpty : console.error.isEmpty)
        let text = console.output + console.error
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: "Fixtures/\(name).txt")
        if ProcessInfo.processInfo.environment["RECORD_FIXTURES"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        #expect(text == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    private var manifestErrors: ManifestErrors? {
        do {
            _ = try ManifestReader().readSpin([], named: "spin.toml", folder: "/nowhere")
            return nil
        } catch {
            return error
        }
    }

    @Test func `errors are sentences on standard error`() async throws {
        let operatorError = await run(["up"], Recorder(failure: OperatorError("port 80 is taken")))
        #expect(operatorError.status == .failure)
        #expect(operatorError.console.error == "error: port 80 is taken\n")
        #expect(operatorError.console.output.isEmpty)
        let errors = try #require(manifestErrors)
        let manifest = await run(["up"], Recorder(failure: errors))
        #expect(manifest.status == .failure)
        #expect(
            manifest.console.error == """
                error: spin.toml:1:1: spin_manifest_version: missing; this version of Martlet reads version 2; write \
                spin_manifest_version = 2

                """)
    }

    @Test func `an operator error may choose the status`() async {
        let failure = OperatorError("the command failed", status: ProcessStatus(rawValue: 7))
        #expect(await run(["build"], Recorder(failure: failure)).status.rawValue == 7)
    }

    @Test func `errors for programs are JSON on standard output`() async {
        let (status, console, _) = await run(
            ["up", "--json"], Recorder(failure: OperatorError("port \"80\"")))
        #expect(status == .failure)
        #expect(console.output == "{\"errors\":[\"port \\\"80\\\"\"],\"warnings\":[]}\n")
        #expect(console.error.isEmpty)
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `completions name every command`(shell: String) async {
        let (status, console, _) = await run(["completions", shell])
        #expect(status == .success)
        for command in ["up", "run", "build", "check", "component", "completions"] {
            #expect(console.output.contains(command))
        }
        #expect(await run(["--generate-completion-script", shell]).console.output == console.output)
    }
}
