import HostSystem
import WasmEngine

/// Reading and writing.
extension Preview1 {
    static let streamFunctions: [Function] = [
        Function("fd_read", [.i32, .i32, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            let source = try told { () throws(HostError) in try system.source(values[u32: 0]) }
            let vectors = try vectors(system, call, values)
            let count =
                switch source {
                case .file(let file): try read(system, file, vectors, at: nil, call)
                case .stream(let stream): try read(system, stream, values[u32: 0], vectors, call)
                }
            try call.bytes.store(count, at: values[u32: 3])
        },
        Function("fd_pread", [.i32, .i32, .i32, .i64, .i32]) { (system, call, values) throws(HostFailure) in
            let file = try told { () throws(HostError) in
                try system.file(values[u32: 0], [.fileRead, .fileSeek])
            }
            let vectors = try vectors(system, call, values)
            let offset = try offset(values[u64: 3], vectors.byteCount)
            try call.bytes.store(try read(system, file, vectors, at: offset, call), at: values[u32: 4])
        },
        Function("fd_write", [.i32, .i32, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            let sink = try told { () throws(HostError) in try system.sink(values[u32: 0]) }
            let vectors = try vectors(system, call, values)
            let count =
                switch sink {
                case .file(let file): try write(system, file, vectors, at: nil, call)
                case .stream(let stream): try write(system, stream, values[u32: 0], vectors, call)
                }
            try call.bytes.store(count, at: values[u32: 3])
        },
        Function("fd_pwrite", [.i32, .i32, .i32, .i64, .i32]) { (system, call, values) throws(HostFailure) in
            let file = try told { () throws(HostError) in
                try system.file(values[u32: 0], [.fileWrite, .fileSeek])
            }
            let vectors = try vectors(system, call, values)
            let offset = try offset(values[u64: 3], vectors.byteCount)
            try call.bytes.store(try write(system, file, vectors, at: offset, call), at: values[u32: 4])
        },
    ]

    private static func vectors(
        _ system: GuestSystem, _ call: borrowing HostCall, _ values: borrowing RawValues
    ) throws(HostFailure) -> Preview1Vectors {
        try Preview1Vectors(try call.bytes, at: values[u32: 1], count: values[u32: 2], system.plan.limits)
    }

    private static func offset(_ offset: UInt64, _ byteCount: UInt32) throws(HostFailure) -> Int64 {
        guard let start = Int64(exactly: offset), !start.addingReportingOverflow(Int64(byteCount)).overflow
        else {
            throw .code(.invalid)
        }
        return start
    }

    static func isNonBlocking(_ system: GuestSystem, _ number: UInt32) -> Bool {
        // The descriptor was there a moment ago.
        (try? system.descriptor(number))?.flags.contains(.nonBlocking) ?? false
    }

    // MARK: - Vectors

    /// What one step moved.
    private struct Moved {
        let count: Int
        /// Whether nothing more goes.
        var isLast = false
    }

    /// Moves bytes until the vectors are done or a step is the last. A step gets what is left of one vector, and how many
    /// bytes were moved before; the guest is not told of its failure where there were some.
    @inline(__always)
    private static func move(
        _ vectors: Preview1Vectors, _ step: (Preview1Range, _ total: Int) throws(HostFailure) -> Moved
    ) throws(HostFailure) -> UInt32 {
        var total = 0
        for index in 0..<vectors.count {
            var rest = try vectors[index]
            while rest.count > 0 {
                let moved: Moved
                do throws(HostFailure) {
                    moved = try step(rest, total)
                } catch {
                    if case .code = error, total > 0 { return UInt32(total) }
                    throw error
                }
                total += moved.count
                rest = rest.dropping(moved.count)
                if moved.isLast { return UInt32(total) }
            }
        }
        return UInt32(total)
    }

    // MARK: - Streams

    /// Waits for the first bytes, then takes what is there.
    private static func read(
        _ system: GuestSystem, _ stream: any GuestInput, _ number: UInt32, _ vectors: Preview1Vectors,
        _ call: borrowing HostCall
    ) throws(HostFailure) -> UInt32 {
        try move(vectors) { (rest, total) throws(HostFailure) in
            while true {
                let result = try vectors.memory.writing(rest) { (bytes) throws(HostError) in
                    try stream.read(into: &bytes)
                }
                if case .bytes(let count) = result { return Moved(count: count, isLast: count < rest.count) }
                if result == .end || total > 0 { return Moved(count: 0, isLast: true) }
                if isNonBlocking(system, number) { throw .code(.wouldBlock) }
                try system.waitUntilReadable(stream, for: try call.guest)
            }
        }
    }

    /// Writes everything, waiting as often as it takes; a descriptor that must not wait takes what goes at once.
    static func write(
        _ system: GuestSystem, _ stream: any GuestOutput, _ number: UInt32, _ vectors: Preview1Vectors,
        _ call: borrowing HostCall
    ) throws(HostFailure) -> UInt32 {
        try move(vectors) { (rest, _) throws(HostFailure) in
            let count = try vectors.memory.reading(rest) { (bytes) throws(HostError) in
                try stream.write(bytes)
            }
            if count == 0 {
                if isNonBlocking(system, number) { throw .code(.wouldBlock) }
                try system.waitUntilWritable(stream, for: try call.guest)
            }
            return Moved(count: count)
        }
    }

    // MARK: - Files

    /// Reads until the vectors are full or the file ends, a piece at a time.
    private static func read(
        _ system: GuestSystem, _ file: HostFile, _ vectors: Preview1Vectors, at offset: Int64?,
        _ call: borrowing HostCall
    ) throws(HostFailure) -> UInt32 {
        try move(vectors) { (rest, total) throws(HostFailure) in
            let piece = rest.prefix(system.plan.limits.transferBytes)
            let place = offset.map { $0 + Int64(total) }
            let count = try readPiece(system, file, piece, at: place, vectors.memory, call)
            if count < piece.count { return Moved(count: count, isLast: true) }
            if count < rest.count { try system.yield(for: try call.guest) }
            return Moved(count: count)
        }
    }

    private static func readPiece(
        _ system: GuestSystem, _ file: HostFile, _ piece: Preview1Range, at offset: Int64?,
        _ memory: Preview1Memory, _ call: borrowing HostCall
    ) throws(HostFailure) -> Int {
        let count = try memory.writing(piece) { (bytes) throws(HostError) in
            try system.readNow(file, into: &bytes, at: offset)
        }
        if let count { return count }
        let bytes = try system.read(file, count: Int(piece.count), at: offset, for: try call.guest)
        try memory.copy(bytes, to: piece.address)
        return bytes.count
    }

    /// Writes everything, a piece at a time.
    private static func write(
        _ system: GuestSystem, _ file: HostFile, _ vectors: Preview1Vectors, at offset: Int64?,
        _ call: borrowing HostCall
    ) throws(HostFailure) -> UInt32 {
        try move(vectors) { (rest, total) throws(HostFailure) in
            let piece = rest.prefix(system.plan.limits.transferBytes)
            let place = offset.map { $0 + Int64(total) }
            let count = try writePiece(system, file, piece, at: place, vectors.memory, call)
            if count == 0 { return Moved(count: 0, isLast: true) }
            if count < rest.count { try system.yield(for: try call.guest) }
            return Moved(count: count)
        }
    }

    private static func writePiece(
        _ system: GuestSystem, _ file: HostFile, _ piece: Preview1Range, at offset: Int64?,
        _ memory: Preview1Memory, _ call: borrowing HostCall
    ) throws(HostFailure) -> Int {
        let count = try memory.reading(piece) { (bytes) throws(HostError) in
            try system.writeNow(file, bytes, at: offset)
        }
        if let count { return count }
        let bytes = try memory.bytes(at: piece.address, count: piece.count)
        return try system.write(file, bytes, at: offset, for: try call.guest)
    }
}
