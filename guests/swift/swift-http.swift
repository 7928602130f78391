// Answers with what it was asked: method, target, fields and body. wasi:http 0.2 in Embedded Swift.

/// Called by the host with a request, and where its answer goes.
@_expose(wasm, "wasi:http/incoming-handler@0.2.0#handle") @_cdecl("handle")
public func handle(_ incoming: Int32, _ out: Int32) {
    let request = IncomingRequest(handle: incoming)
    var text = "\(request.method)\n\(request.target)\n"
    for field in request.fields { text += "\(field.name): \(field.value)\n" }
    text += "\n"
    let answer = Array(text.utf8) + request.body
    request.drop()
    respond(out, fields: [("content-type", "text/plain"), ("x-guest", "swift")], body: answer)
}
