import Assembly
import MartletCLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

let program = Program(operations: ProcessOperations(), console: .process())
let status = await program.run(Array(CommandLine.arguments.dropFirst()))
exit(status.rawValue)
