// The functions of the host that WASIHTTP.swift calls. Both attributes are needed: with the second alone a function has
// Swift's calling convention, which adds two parameters.

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[method]incoming-request.method")
func requestMethod(_ request: Int32, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[method]incoming-request.path-with-query")
func requestTarget(_ request: Int32, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[method]incoming-request.headers")
func requestFields(_ request: Int32) -> Int32

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[method]incoming-request.consume")
func requestBody(_ request: Int32, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[resource-drop]incoming-request")
func dropRequest(_ request: Int32)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[method]fields.entries")
func fieldEntries(_ fields: Int32, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[static]fields.from-list")
func fieldsFromList(_ list: UnsafeRawPointer, _ count: Int, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[resource-drop]fields")
func dropFields(_ fields: Int32)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[method]incoming-body.stream")
func bodyStream(_ body: Int32, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[resource-drop]incoming-body")
func dropBody(_ body: Int32)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[constructor]outgoing-response")
func newResponse(_ fields: Int32) -> Int32

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[method]outgoing-response.body")
func responseBody(_ response: Int32, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[method]outgoing-body.write")
func bodyWrite(_ body: Int32, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[static]outgoing-body.finish")
func bodyFinish(_ body: Int32, _ hasTrailers: Int32, _ trailers: Int32, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:http/types@0.2.0", name: "[static]response-outparam.set")
func outparamSet(
    _ out: Int32, _ isError: Int32, _ response: Int32, _ a: Int32, _ b: Int64, _ c: Int32, _ d: Int32,
    _ e: Int32, _ f: Int32
)

@_extern(c) @_extern(wasm, module: "wasi:io/streams@0.2.0", name: "[method]input-stream.blocking-read")
func streamRead(_ stream: Int32, _ most: Int64, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:io/streams@0.2.0", name: "[resource-drop]input-stream")
func dropInput(_ stream: Int32)

@_extern(c)
@_extern(wasm, module: "wasi:io/streams@0.2.0", name: "[method]output-stream.blocking-write-and-flush")
func streamWrite(_ stream: Int32, _ bytes: UnsafeRawPointer, _ count: Int, _ result: UnsafeMutableRawPointer)

@_extern(c) @_extern(wasm, module: "wasi:io/streams@0.2.0", name: "[resource-drop]output-stream")
func dropOutput(_ stream: Int32)

@_extern(c) @_extern(wasm, module: "wasi:io/error@0.2.0", name: "[resource-drop]error")
func dropError(_ error: Int32)
