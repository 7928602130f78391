import AppModel
import Manifests
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Runs the build commands of an application's components, one after the other.
public struct ApplicationBuild: Sendable {
    private struct Event: Encodable {
        let event: String
        let component: String
        var command: String?
        var line: String?
        var seconds: Double?
    }

    /// The longest line a command may write. A line is held whole; those of real tools have some hundred bytes.
    static let lineBytesMax = 1 << 20

    /// A build.
    public init() {}

    /// Builds what the request names. Stops at the first command that fails, with its exit code.
    public func run(_ request: BuildRequest, console: Console) async throws -> ProcessStatus {
        let file = try found(request.location)
        guard file.kind == .spinManifest else {
            throw OperatorError(
                "\(file.shownPath) is a WebAssembly file; only an application with a manifest is built")
        }
        let outcome = try ManifestReader(resolvesFiles: false).read(file)
        let reporter = Reporter(console: console, asJSON: request.asJSON)
        let components = try chosen(request, of: outcome.application, file: file)
        for component in components {
            guard let build = component.build else { continue }
            try await self.build(component, build, reporter)
        }
        if !request.asJSON {
            console.error(
                components.isEmpty
                    ? "Nothing to build: no component of \(file.shownPath) has a build command"
                    : "Built \(components.map(\.id.text).joined(separator: ", "))", style: .heading)
        }
        return .success
    }

    private func chosen(
        _ request: BuildRequest, of application: Application, file: ApplicationFile
    ) throws(OperatorError) -> [Component] {
        if request.components.isEmpty { return application.components.filter { $0.build != nil } }
        for name in request.components {
            guard let component = application.component(ComponentID(name)) else {
                let names = application.components.map(\.id.text).joined(separator: ", ")
                throw OperatorError("\(file.shownPath) has no component \"\(name)\"; it has \(names)")
            }
            if component.build == nil {
                throw OperatorError(
                    "the component \(name) has no build command; add one under [component.\(name).build]")
            }
        }
        return application.components.filter { request.components.contains($0.id.text) }
    }

    private func build(_ component: Component, _ build: ComponentBuild, _ reporter: Reporter) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        for (index, command) in build.commands.enumerated() {
            try reporter.started(component.id, command, step: index + 1, of: build.commands.count)
            let status = try await execute(command, in: build.folder, of: component.id, reporter)
            if status != .success {
                throw OperatorError(
                    "the build of \(component.id) failed: \"\(command)\" ended with \(status.rawValue)",
                    status: status)
            }
        }
        guard try sourceExists(component) else {
            throw OperatorError(
                """
                the build of \(component.id) ended well but left no \(component.source.path); \
                check source and build.command in the manifest
                """)
        }
        try reporter.finished(component.id, after: start.duration(to: clock.now))
    }

    private func sourceExists(_ component: Component) throws -> Bool {
        do {
            try FileDescriptor.open(FilePath(component.source.path), .readOnly).close()
            return true
        } catch Errno.noSuchFileOrDirectory {
            return false
        }
    }

    /// Runs a command by the shell and passes on its lines. A signal counts as 128 and its number, as in a shell.
    private func execute(
        _ command: String, in folder: String, of component: ComponentID, _ reporter: Reporter
    ) async throws -> ProcessStatus {
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"), arguments: ["-c", command], workingDirectory: FilePath(folder),
                input: .none, output: .sequence, error: .combinedWithOutput
            ) { execution in
                let lines = execution.standardOutput.strings(
                    separatedBy: .unicodeScalarSequence(["\n"]),
                    bufferingPolicy: .maxLineLength(Self.lineBytesMax))
                for try await line in lines {
                    try reporter.output(component, line.hasSuffix("\r") ? String(line.dropLast()) : line)
                }
            }
            switch result.terminationStatus {
            case .exited(let code): return ProcessStatus(rawValue: code)
            case .signaled(let signal): return ProcessStatus(rawValue: 128 + signal)
            }
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            throw OperatorError(
                "the command \"\(command)\" of \(component) wrote a line of more than \(Self.lineBytesMax) bytes"
            )
        } catch let error as SubprocessError {
            throw OperatorError(
                "the command \"\(command)\" of \(component) could not be run in \(folder): \(error)")
        }
    }

    /// Tells people or programs how the build goes.
    private struct Reporter: Sendable {
        let console: Console
        let asJSON: Bool

        func started(_ component: ComponentID, _ command: String, step: Int, of steps: Int) throws {
            if asJSON {
                return try console.json(Event(event: "start", component: component.text, command: command))
            }
            let place = steps == 1 ? "" : " (\(step) of \(steps))"
            console.error("Building \(component)\(place): \(command)", style: .heading)
        }

        func output(_ component: ComponentID, _ line: String) throws {
            if asJSON {
                return try console.json(Event(event: "output", component: component.text, line: line))
            }
            console.output("\(component) | \(line)")
        }

        func finished(_ component: ComponentID, after duration: Duration) throws {
            let seconds =
                (Double(duration.components.seconds) * 10
                    + (Double(duration.components.attoseconds) / 1e17).rounded()) / 10
            if asJSON {
                return try console.json(Event(event: "done", component: component.text, seconds: seconds))
            }
            console.error("Built \(component) in \(seconds) s")
        }
    }
}
