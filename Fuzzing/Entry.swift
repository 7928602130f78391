import Foundation

/// What libFuzzer calls with each input. FUZZ_TARGET names what is done with it, see the module's FuzzTargets.
private let target: @Sendable ([UInt8]) -> String? = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = FuzzTargets.targets[name] else {
        fatalError("FUZZ_TARGET is '\(name)' and not one of \(FuzzTargets.targets.keys.sorted())")
    }
    return target
}()

/// One input; a broken promise ends the program, which the fuzzer reports.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    if let problem = target(Array(UnsafeBufferPointer(start: start, count: count))) { fatalError(problem) }
    return 0
}
