import HostSystem
import WasmEngine

/// Arguments, environment, clocks, randomness, and the guest's own process.
extension Preview1 {
    static let processFunctions: [Function] = [
        Function("args_get", [.i32, .i32]) { (system, call, values) throws(HostFailure) in
            try store([system.arguments], values[u32: 0], values[u32: 1], in: try call.bytes)
        },
        Function("args_sizes_get", [.i32, .i32]) { (system, call, values) throws(HostFailure) in
            try storeSizes([system.arguments], values[u32: 0], values[u32: 1], in: try call.bytes)
        },
        Function("environ_get", [.i32, .i32]) { (system, call, values) throws(HostFailure) in
            let blocks = [system.ownEnvironment, system.plan.environment]
            try store(blocks, values[u32: 0], values[u32: 1], in: try call.bytes)
        },
        Function("environ_sizes_get", [.i32, .i32]) { (system, call, values) throws(HostFailure) in
            let blocks = [system.ownEnvironment, system.plan.environment]
            try storeSizes(blocks, values[u32: 0], values[u32: 1], in: try call.bytes)
        },
        Function("clock_res_get", [.i32, .i32]) { (_, call, values) throws(HostFailure) in
            let clock = try clock(values[u32: 0])
            let resolution = try told { () throws(HostError) in try clock.resolution() }
            try call.bytes.store(resolution, at: values[u32: 1])
        },
        Function("clock_time_get", [.i32, .i64, .i32]) { (_, call, values) throws(HostFailure) in
            let clock = try clock(values[u32: 0])
            let guest = try call.guest
            let time = try told { () throws(HostError) in try clock.now(of: guest) }
            try call.bytes.store(time, at: values[u32: 2])
        },
        Function("random_get", [.i32, .i32]) { (system, call, values) throws(HostFailure) in
            let memory = try call.bytes
            var rest = Preview1Range(address: values[u32: 0], count: values[u32: 1])
            while true {
                let piece = rest.prefix(system.plan.limits.transferBytes)
                try memory.writing(piece) { (bytes) throws(HostError) in try HostRandom.fill(&bytes) }
                rest = rest.dropping(Int(piece.count))
                if rest.count == 0 { return }
                try system.yield(for: try call.guest)
            }
        },
        Function("sched_yield", []) { (system, call, _) throws(HostFailure) in
            try system.yield(for: try call.guest)
        },
        Function("proc_raise", [.i32]) { (_, _, values) throws(HostFailure) in try raise(values[u32: 0]) },
    ]

    static func clock(_ number: UInt32) throws(HostFailure) -> HostClock {
        guard let clock = HostClock(rawValue: number) else { throw .code(.invalid) }
        return clock
    }

    private static func store(
        _ blocks: [EncodedStrings], _ pointers: UInt32, _ buffer: UInt32, in memory: Preview1Memory
    ) throws(HostFailure) {
        var (pointer, place) = (pointers, buffer)
        for block in blocks where block.count > 0 {
            guard place <= .max - UInt32(block.bytes.count) else { throw .code(.badAddress) }
            try memory.copy(block.bytes, to: place)
            for offset in block.offsets {
                try memory.store(place + offset, at: pointer)
                pointer &+= 4
            }
            place += UInt32(block.bytes.count)
        }
    }

    private static func storeSizes(
        _ blocks: [EncodedStrings], _ count: UInt32, _ size: UInt32, in memory: Preview1Memory
    ) throws(HostFailure) {
        try memory.store(UInt32(blocks.reduce(0) { $0 + $1.count }), at: count)
        try memory.store(UInt32(blocks.reduce(0) { $0 + $1.bytes.count }), at: size)
    }

    /// A signal to itself, with the action that a process without handlers would take. A guest that a signal ends has the
    /// exit code that a shell gives it.
    private static func raise(_ signal: UInt32) throws(HostFailure) {
        switch signal {
        case 0, 16, 17, 22, 27: return  // none, chld, cont, urg, winch
        case 18...21: throw .code(.notSupported)  // stop, tstp, ttin, ttou
        case 1...30: throw .interrupted(Trap.exit(128 + Int32(signal)))
        default: throw .code(.invalid)
        }
    }
}
