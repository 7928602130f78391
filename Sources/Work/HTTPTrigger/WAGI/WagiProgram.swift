import AppModel
import AppRuntime
import Logging

/// A CGI program that a trigger runs, and where what it says goes. Shared by all its requests, which keep one reference.
final class WagiProgram: Sendable {
    let component: LoadedComponent
    let options: WagiOptions
    let log: any GuestLog
    let logger: Logger

    init(component: LoadedComponent, options: WagiOptions, log: any GuestLog, logger: Logger) {
        self.component = component
        self.options = options
        self.log = log
        self.logger = logger
    }
}
