import AppModel
import HTTPTrigger
import Manifests

/// Reads an application and reports what is wrong with it, without running any of it.
public struct ApplicationCheck: Sendable {
    private struct Problem: Encodable {
        let severity: String
        let file: String
        let line: Int
        let column: Int
        let key: String
        let message: String

        init(_ error: ManifestError, severity: String) {
            self.severity = severity
            file = error.file
            line = error.line
            column = error.column
            key = error.keyPath
            message = error.sentence
        }
    }

    private struct Report: Encodable {
        let valid: Bool
        let application: String?
        let problems: [Problem]
        let routes: [String]
    }

    /// A check with the usual limits.
    public init() {}

    /// Prints errors and warnings; the status is a failure when there is an error.
    public func run(_ request: CheckRequest, console: Console) throws -> ProcessStatus {
        let file = try found(request.location)
        do {
            let outcome = try ManifestReader().read(file)
            let routes = try RouteTable(triggers: outcome.application.httpTriggers).diagnostics.map(
                \.description)
            try report(outcome, routes: routes, file: file, request: request, console: console)
            return .success
        } catch let errors as ManifestErrors {
            guard request.asJSON else { throw errors }
            let problems =
                errors.errors.map { Problem($0, severity: "error") }
                + errors.warnings.map { Problem($0, severity: "warning") }
            try console.json(Report(valid: false, application: nil, problems: problems, routes: []))
            return .failure
        }
    }

    private func report(
        _ outcome: ManifestReader.Outcome, routes: [String], file: ApplicationFile, request: CheckRequest,
        console: Console
    ) throws {
        if request.asJSON {
            let problems = outcome.warnings.map { Problem($0, severity: "warning") }
            return try console.json(
                Report(valid: true, application: outcome.application.name, problems: problems, routes: routes)
            )
        }
        for warning in outcome.warnings {
            console.error(label: "warning", warning.description, style: .warning)
        }
        for route in routes {
            console.error(label: "warning", "\(file.shownPath): \(route)", style: .warning)
        }
        let application = outcome.application
        console.output(
            """
            \(file.shownPath) is valid: \(application.name), \(counted(application.components.count, "component")), \
            \(counted(application.httpTriggers.count, "HTTP trigger"))
            """)
    }

    private func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}

/// Finds the application at a location, or says why there is none.
func found(_ location: String) throws(OperatorError) -> ApplicationFile {
    do {
        return try ApplicationFile.find(at: location)
    } catch {
        throw OperatorError(error.description)
    }
}
