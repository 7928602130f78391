import ArgumentParser
public import Assembly
import Manifests

/// The command line of Martlet: reads arguments, calls an operation, reports errors, and gives the exit status.
///
/// The status is 0 when all went well, 1 when the operator must change something, 2 when the command line was not
/// understood; `run` ends with the guest's exit code and `build` with that of the command that failed.
public struct Program: Sendable {
    private let operations: any Operations
    private let console: Console
    /// Width of help texts; `nil` asks the terminal.
    private let columns: Int?

    /// A program that does its work through `operations`.
    public init(operations: any Operations, console: Console, columns: Int? = nil) {
        self.operations = operations
        self.console = console
        self.columns = columns
    }

    /// Runs the command that `arguments` ask for. They do not include the name of the program.
    public func run(_ arguments: [String]) async -> ProcessStatus {
        let operation: any OperationCommand
        do {
            var command = try MartletCommand.parseAsRoot(arguments)
            guard let parsed = command as? any OperationCommand else {
                // Help in its several forms: running such a command throws its text.
                try command.run()
                return .success
            }
            operation = parsed
        } catch {
            return explain(error, asJSON: false)
        }
        do {
            return try await operation.perform(operations, console: console)
        } catch {
            return report(error, asJSON: operation.asJSON)
        }
    }

    /// Prints what the parser has to say: help to standard output, a misuse to standard error.
    private func explain(_ error: any Error, asJSON: Bool) -> ProcessStatus {
        let text = MartletCommand.fullMessage(for: error, columns: columns)
        if MartletCommand.exitCode(for: error) == .success {
            console.output(text)
            return .success
        }
        // The parser writes the label itself; it is taken off to be coloured.
        if text.hasPrefix("Error: ") {
            console.error(label: "error", String(text.dropFirst("Error: ".count)), style: .error)
        } else {
            console.error(text)
        }
        return .usage
    }

    private func report(_ error: any Error, asJSON: Bool) -> ProcessStatus {
        switch error {
        case let error as OperatorError:
            show([error.description], asJSON: asJSON)
            return error.status
        case let errors as ManifestErrors:
            show(
                errors.errors.map(\.description), warnings: errors.warnings.map(\.description), asJSON: asJSON
            )
        default:
            show(["\(error)"], asJSON: asJSON)
        }
        return .failure
    }

    private struct Failure: Encodable {
        let errors: [String]
        let warnings: [String]
    }

    private func show(_ sentences: [String], warnings: [String] = [], asJSON: Bool) {
        // Encoding texts does not fail; if it did, the lines below would still be printed.
        if asJSON, (try? console.json(Failure(errors: sentences, warnings: warnings))) != nil { return }
        for warning in warnings { console.error(label: "warning", warning, style: .warning) }
        for sentence in sentences { console.error(label: "error", sentence, style: .error) }
    }
}

/// A command that is done by an operation.
protocol OperationCommand: ParsableCommand {
    /// True when errors are wanted as JSON on standard output.
    var asJSON: Bool { get }

    func perform(_ operations: any Operations, console: Console) async throws -> ProcessStatus
}

extension OperationCommand {
    var asJSON: Bool { false }
}
