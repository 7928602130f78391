import AppRuntime
import Logging

/// A component that a trigger names, and where what Martlet says about it goes. One event loop's requests share it and keep
/// one reference.
final class ComponentProgram {
    let program: LoopHTTPProgram
    let logger: Logger

    init(_ program: LoopHTTPProgram, logger: Logger) {
        self.program = program
        self.logger = logger
    }
}
