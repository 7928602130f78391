// What a component costs in our runtime, beside the engine's own component API through C in the same run: one line of
// JSON for each figure. scripts/bench runs it and puts the lines beside the other results.
import CWasmtime
import ComponentModel
import ComponentRuntime
import NIOCore
import WasmEngine

let rounds = 9

/// Nanoseconds of a steady clock.
func now() -> Double { Double(NIODeadline.now().uptimeNanoseconds) }

/// Measures both sides in turns, so that a noisy machine is noisy for both, and prints the medians. `ratio` says how
/// many times longer the engine's side takes.
func compare(
    _ name: String, bytes: Double? = nil, ours: () throws -> Double, engine: () throws -> Double
) rethrows {
    var samples: (ours: [Double], engine: [Double]) = ([], [])
    for _ in 0..<rounds {
        samples.ours.append(try ours())
        samples.engine.append(try engine())
    }
    let own = samples.ours.sorted()[rounds / 2]
    let other = samples.engine.sorted()[rounds / 2]
    print(
        "{\"name\":\"component.\(name)\",\"value\":\(own),\"unit\":\"ns\","
            + "\"against\":\"engine's components \(other.rounded()) ns\",\"ratio\":\(other / own)}")
    if let bytes {
        print("{\"name\":\"component.\(name)-rate\",\"value\":\(bytes / own),\"unit\":\"GB/s\"}")
    }
}

func text(_ count: Int) -> String { String(repeating: "0123456789abcdef", count: count / 16) }

let chosen = CommandLine.arguments.dropFirst()
func isChosen(_ name: String) -> Bool { chosen.isEmpty || chosen.contains(name) }

/// The components, linked on both sides.
struct Bench {
    let own: RuntimeSide
    let other: EngineSide
    let plan: ComponentPlan
    let linked: EngineSide.Linked

    init() throws {
        own = try RuntimeSide()
        other = EngineSide()
        let binary = try WasmText.binary(fromText: BenchComponents.calls)
        plan = try own.link(binary)
        linked = try other.link(binary, mix: true)
    }

    func instances() throws {
        let binary = try WasmText.binary(fromText: BenchComponents.fourModules)
        let plan = try own.link(binary)
        let linked = try other.link(binary, mix: false)
        // Before its time is taken it is made sure that the component works.
        _ = try own.instantiations(plan, "use", count: 1)
        try compare("instantiate") {
            try own.instantiations(plan, count: 5_000)
        } engine: {
            try EngineSide.instantiations(linked, count: 1_000)
        }
    }

    func calls<
        Parameters: ParameterList & Sendable & SendableMetatype,
        Result: CanonicalPayload & Equatable & Sendable & SendableMetatype
    >(
        _ name: String, _ export: String, _ arguments: Parameters, _ expected: Result,
        _ values: [wasmtime_component_val_t], count: Int, times: Double = 1, bytes: Double? = nil,
        engineCount: Int? = nil
    ) throws {
        guard isChosen(name) else { return }
        try compare(name, bytes: bytes) {
            try own.calls(plan, export, arguments, expected, count: count) / times
        } engine: {
            try EngineSide.calls(linked, export, values, count: engineCount ?? count) / times
        }
    }
}

let bench = try Bench()
if isChosen("instantiate") { try bench.instances() }
try bench.calls(
    "call-scalars", "scalars", CanonicalTuple(UInt32(1), UInt64(2), 3.0), UInt64(3),
    [.u32(1), .u64(2), .f64(3)], count: 20_000)
for count in [16, 4_096] {
    try bench.calls(
        "call-string-\(count)", "text", CanonicalTuple(text(count)), text(count), [.string(text(count))],
        count: 10_000)
}
try bench.calls(
    "call-record", "record", CanonicalTuple(Point(x: 1, y: 2, z: 3, w: 4)), Point(x: 1, y: 2, z: 3, w: 4),
    [.record([("x", .u32(1)), ("y", .u64(2)), ("z", .u32(3)), ("w", .f64(4))])], count: 20_000)
try bench.calls(
    "call-variant", "variant", CanonicalTuple(Shape.length(7)), Shape.length(7),
    [.variant("length", .u64(7))], count: 20_000)
let mebibyte = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0) }
try bench.calls(
    "call-bytes-1MiB", "bytes", CanonicalTuple(mebibyte), mebibyte, [.bytes(count: 1 << 20)], count: 100,
    bytes: Double(2 << 20), engineCount: 2)
let hostCalls: UInt32 = 20_000
try bench.calls(
    "host-call-scalars", "host-calls", CanonicalTuple(hostCalls),
    (1...UInt64(hostCalls)).reduce(0, +), [.u32(hostCalls)], count: 1, times: Double(hostCalls))
