/// Connects HTTP requests with a component or with a fixed answer.
public struct HTTPTrigger: Sendable, Equatable {
    /// What answers.
    public enum Handler: Sendable, Equatable {
        /// A component of the application, which exists.
        case component(ComponentID)
        /// The same answer to everybody, without a guest.
        case staticResponse(StaticResponse)
    }

    /// Where requests come from.
    public enum Route: Sendable, Equatable {
        /// Requests whose path matches this text, such as `/users/:id/...`.
        case path(String)
        /// Only other components of the application.
        case isPrivate
    }

    /// How a component is spoken to.
    public enum Executor: Sendable, Equatable {
        /// By the HTTP interface that it exports. The manifest's `spin` is another name for it.
        case http
        /// As a CGI program: request in environment and standard input, response on standard output.
        case wagi(WagiOptions)
    }

    /// The name, unique among the triggers of the application.
    public var id: String
    /// What answers.
    public var handler: Handler
    /// Where requests come from.
    public var route: Route
    /// How a component is spoken to; of no meaning for a static response.
    public var executor: Executor
    /// Components that requests pass before they reach the handler, the outermost first. They import and export
    /// `wasi:http/handler` of 0.3.
    public var middleware: [ComponentID]

    /// A trigger with the given parts.
    public init(
        id: String, handler: Handler, route: Route, executor: Executor = .http,
        middleware: [ComponentID] = []
    ) {
        self.id = id
        self.handler = handler
        self.route = route
        self.executor = executor
        self.middleware = middleware
    }
}

/// How a CGI guest is started.
public struct WagiOptions: Sendable, Equatable {
    /// The argument vector before substitution of `${SCRIPT_NAME}` and `${ARGS}`, split at blanks afterwards.
    public var argv: String
    /// The exported function to call. Only `_start` is accepted by manifests.
    public var entrypoint: String

    /// The options a manifest gets when it says nothing.
    public static let standard = WagiOptions()

    /// Options with the given parts.
    public init(argv: String = "${SCRIPT_NAME} ${ARGS}", entrypoint: String = "_start") {
        self.argv = argv
        self.entrypoint = entrypoint
    }
}

/// An answer that needs no guest.
public struct StaticResponse: Sendable, Equatable {
    /// A header field, with a name and a value that are valid in HTTP.
    public struct Field: Sendable, Equatable {
        /// The name as written.
        public var name: String
        /// The value as written.
        public var value: String

        /// A field with this name and value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status, 200 to 599.
    public var statusCode: Int
    /// Header fields in the order of the manifest.
    public var headers: [Field]
    /// The body, in UTF-8.
    public var body: String

    /// An answer with the given parts.
    public init(statusCode: Int = 200, headers: [Field] = [], body: String = "") {
        self.statusCode = statusCode
        self.headers = headers
        self.body = body
    }
}
