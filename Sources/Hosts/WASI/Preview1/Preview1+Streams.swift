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

    // MARK: - Streams

    /// Waits for the first bytes, then takes what is there.
    private static func read(
        _ system: GuestSystem, _ stream: any GuestInput, _ number: UInt32, _ vectors: Preview1Vectors,
        _ call: borrowing HostCall
    ) throws(HostFailure) -> UInt32 {
        var total = 0
        for index in 0..<vectors.count {
            let range = try vectors[index]
            if range.count == 0 { continue }
            while true {
                let result: GuestRead
                do throws(HostFailure) {
                    result = try vectors.memory.writing(range) { (bytes) throws(HostError) in
                        try stream.read(into: &bytes)
                    }
                } catch {
                    if case .code = error, total > 0 { return UInt32(total) }
                    throw error
                }
                if case .bytes(let count) = result {
                    total += count
                    if count < range.count { return UInt32(total) }
                    break
                }
                if result == .end || total > 0 { return UInt32(total) }
                if isNonBlocking(system, number) { throw .code(.wouldBlock) }
                try system.waitUntilReadable(stream, for: try call.guest)
            }
        }
        return UInt32(total)
    }

    /// Writes everything, waiting as often as it takes; a descriptor that must not wait takes what goes at once.
    static func write(
        _ system: GuestSystem, _ stream: any GuestOutput, _ number: UInt32, _ vectors: Preview1Vectors,
        _ call: borrowing HostCall
    ) throws(HostFailure) -> UInt32 {
        var total = 0
        for index in 0..<vectors.count {
            var rest = try vectors[index]
            while rest.count > 0 {
                let count: Int
                do throws(HostFailure) {
                    count = try vectors.memory.reading(rest) { (bytes) throws(HostError) in
                        try stream.write(bytes)
                    }
                } catch {
                    if case .code = error, total > 0 { return UInt32(total) }
                    throw error
                }
                total += count
                rest = rest.dropping(count)
                if count > 0 { continue }
                if isNonBlocking(system, number) {
                    if total > 0 { return UInt32(total) }
                    throw .code(.wouldBlock)
                }
                try system.waitUntilWritable(stream, for: try call.guest)
            }
        }
        return UInt32(total)
    }

    // MARK: - Files

    /// Reads until the vectors are full or the file ends, a piece at a time.
    private static func read(
        _ system: GuestSystem, _ file: HostFile, _ vectors: Preview1Vectors, at offset: Int64?,
        _ call: borrowing HostCall
    ) throws(HostFailure) -> UInt32 {
        var total = 0
        for index in 0..<vectors.count {
            var rest = try vectors[index]
            while rest.count > 0 {
                let piece = rest.prefix(system.plan.limits.transferBytes)
                let place = offset.map { $0 + Int64(total) }
                let count: Int
                do throws(HostFailure) {
                    count = try readPiece(system, file, piece, at: place, vectors.memory, call)
                } catch {
                    if case .code = error, total > 0 { return UInt32(total) }
                    throw error
                }
                total += count
                rest = rest.dropping(count)
                if count < piece.count { return UInt32(total) }
                if rest.count > 0 { try system.yield(for: try call.guest) }
            }
        }
        return UInt32(total)
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
        var total = 0
        for index in 0..<vectors.count {
            var rest = try vectors[index]
            while rest.count > 0 {
                let piece = rest.prefix(system.plan.limits.transferBytes)
                let place = offset.map { $0 + Int64(total) }
                let count: Int
                do throws(HostFailure) {
                    count = try writePiece(system, file, piece, at: place, vectors.memory, call)
                } catch {
                    if case .code = error, total > 0 { return UInt32(total) }
                    throw error
                }
                total += count
                rest = rest.dropping(count)
                if count == 0 { return UInt32(total) }
                if rest.count > 0 { try system.yield(for: try call.guest) }
            }
        }
        return UInt32(total)
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
