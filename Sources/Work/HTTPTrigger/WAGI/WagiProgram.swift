import AppModel
import AppRuntime
import Logging
import WasmEngine

/// A CGI program that a trigger runs, and where what it says goes. One event loop's requests share it and keep one
/// reference.
final class WagiProgram {
    let component: LoadedComponent
    let command: EntryPoint
    let options: WagiOptions
    let log: any GuestLog
    let logger: Logger

    /// The program of a component, for one event loop alone; nil for one that is no program.
    init?(_ component: LoadedComponent, _ options: WagiOptions, log: any GuestLog, logger: Logger) {
        let component = component.forOneLoop()
        guard case .command(let command) = component.program else { return nil }
        self.component = component
        self.command = command
        self.options = options
        self.log = log
        self.logger = logger
    }
}
