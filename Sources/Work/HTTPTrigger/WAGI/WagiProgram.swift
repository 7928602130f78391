import AppModel
import AppRuntime
import Logging
import WasmEngine

/// A CGI program that a trigger runs, and where what it says goes. Shared by all its requests, which keep one reference.
final class WagiProgram: Sendable {
    let component: LoadedComponent
    let command: EntryPoint
    let options: WagiOptions
    let log: any GuestLog
    let logger: Logger

    init(
        component: LoadedComponent, command: EntryPoint, options: WagiOptions, log: any GuestLog,
        logger: Logger
    ) {
        self.component = component
        self.command = command
        self.options = options
        self.log = log
        self.logger = logger
    }
}
