// wasi:http/incoming-handler@0.2.0 without generated bindings: the canonical ABI by hand.

/// Where a function that returns more than a number puts it; the first byte tells a result's or an option's cases apart.
struct Returned {
    private var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0, 0, 0, 0, 0, 0, 0, 0
    )

    init(_ call: (UnsafeMutableRawPointer) -> Void) {
        withUnsafeMutableBytes(of: &words) { call($0.baseAddress!) }
    }

    var discriminant: Int { Int(withUnsafeBytes(of: words) { $0[0] }) }

    func word(_ index: Int) -> Int32 {
        withUnsafeBytes(of: words) { $0.load(fromByteOffset: index * 4, as: Int32.self) }
    }

    /// Bytes whose address and count are the second and third word.
    var bytes: [UInt8] { take(word(1), word(2)) }
}

/// Bytes that were allocated by `cabi_realloc`, and are ours now.
func take(_ address: Int32, _ count: Int32) -> [UInt8] {
    guard count > 0, let start = UnsafeMutableRawPointer(bitPattern: Int(address)) else { return [] }
    defer { start.deallocate() }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(count)))
}

/// A text of the request; its bytes need not be UTF-8.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// Where the host puts what it returns.
@_expose(wasm, "cabi_realloc") @_cdecl("cabi_realloc")
public func reallocate(
    _ old: UnsafeMutableRawPointer?, _ oldSize: Int, _ alignment: Int, _ size: Int
) -> UnsafeMutableRawPointer? {
    guard size > 0 else { return UnsafeMutableRawPointer(bitPattern: alignment) }
    let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
    if let old, oldSize > 0 {
        block.copyMemory(from: old, byteCount: min(oldSize, size))
        old.deallocate()
    }
    return block
}

struct IncomingRequest {
    private static let methods: [String] = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
    ]

    let handle: Int32

    var method: String {
        let returned = Returned { requestMethod(handle, $0) }
        let known = Self.methods
        return returned.discriminant < known.count ? known[returned.discriminant] : text(returned.bytes)
    }

    var target: String {
        let returned = Returned { requestTarget(handle, $0) }
        return returned.discriminant == 0 ? "/" : text(returned.bytes)
    }

    var fields: [(name: String, value: String)] {
        let handle = requestFields(handle)
        defer { dropFields(handle) }
        let returned = Returned { fieldEntries(handle, $0) }
        guard returned.word(1) > 0, let start = UnsafeMutableRawPointer(bitPattern: Int(returned.word(0)))
        else {
            return []
        }
        defer { start.deallocate() }
        return (0..<Int(returned.word(1))).map { index in
            let entry = (0..<4).map { start.load(fromByteOffset: (index * 4 + $0) * 4, as: Int32.self) }
            return (text(take(entry[0], entry[1])), text(take(entry[2], entry[3])))
        }
    }

    /// The whole body; it can be asked for once.
    var body: [UInt8] {
        let body = Returned { requestBody(handle, $0) }.word(1)
        let stream = Returned { bodyStream(body, $0) }.word(1)
        var all: [UInt8] = []
        while true {
            let piece = Returned { streamRead(stream, 65536, $0) }
            guard piece.discriminant == 0 else {
                forgetError(piece)
                break
            }
            all += piece.bytes
        }
        dropInput(stream)
        dropBody(body)
        return all
    }

    func drop() { dropRequest(handle) }
}

/// Answers with status 200.
func respond(_ out: Int32, fields: [(name: StaticString, value: StaticString)], body text: [UInt8]) {
    let list = fields.flatMap { field in
        [field.name, field.value].flatMap { [Int(bitPattern: $0.utf8Start), $0.utf8CodeUnitCount] }
    }
    let made = Returned { result in
        list.withUnsafeBytes { fieldsFromList($0.baseAddress!, fields.count, result) }
    }
    guard made.discriminant == 0 else { fatalError("the fields are refused") }
    let response = newResponse(made.word(1))
    let body = Returned { responseBody(response, $0) }.word(1)
    outparamSet(out, 0, response, 0, 0, 0, 0, 0, 0)
    let stream = Returned { bodyWrite(body, $0) }.word(1)
    text.withUnsafeBytes { bytes in
        var sent = 0
        while sent < bytes.count {
            // What this function takes at most.
            let count = min(bytes.count - sent, 4096)
            let written = Returned { streamWrite(stream, bytes.baseAddress! + sent, count, $0) }
            guard written.discriminant == 0 else { return forgetError(written) }
            sent += count
        }
    }
    dropOutput(stream)
    _ = Returned { bodyFinish(body, 0, 0, $0) }
}

/// Drops the error of a stream whose last operation failed.
func forgetError(_ returned: Returned) {
    if returned.word(1) & 0xff == 0 { dropError(returned.word(2)) }
}
