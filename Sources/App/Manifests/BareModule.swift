import ComponentEncoding
import ComponentModel

/// A core module without a manifest.
enum BareModule {
    private static let handlers = [
        "wasi:http/incoming-handler", "wasi:http/handler", "fermyon:spin/inbound-http",
    ]

    /// Whether it exports an HTTP handler, and is no CGI program.
    static func hasHandler(_ contents: [UInt8]) -> Bool {
        // What cannot be read is reported by whoever compiles it.
        guard let module = try? CoreModule(contents) else { return false }
        return ComponentEncoder.exportedInterfaces(of: module).contains { interface in
            handlers.contains { interface == $0 || interface.hasPrefix($0 + "@") }
        }
    }
}
