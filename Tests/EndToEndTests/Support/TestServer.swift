import TestSupport
import AppModel
import AppRuntime
import HTTPServer
import HTTPTrigger
import HostSystem
import NIOCore
import NIOPosix
import OutboundHTTP
import WasmEngine

/// A route of a test and the guest behind it.
struct TestRoute: Sendable {
    let route: String
    let guest: Guest
    var limits: @Sendable (inout ComponentLimitOverrides) -> Void = { _ in }
    var files: [FileMount] = []
    var environment: [EnvironmentVariable] = []
    var executor = HTTPTrigger.Executor.wagi(.standard)
    /// What requests pass before the guest, the outermost first.
    var middleware: [Guest] = []
    /// Entries of its `allowed_outbound_hosts`.
    var outbound: [String] = []

    /// A component that speaks `wasi:http`.
    static func component(
        _ route: String, _ guest: Guest, behind middleware: [Guest] = [], outbound: [String] = [],
        limits: @escaping @Sendable (inout ComponentLimitOverrides) -> Void = { _ in }
    ) -> TestRoute {
        var result = TestRoute(route, guest, limits: limits)
        result.executor = .http
        result.middleware = middleware
        result.outbound = outbound
        return result
    }

    init(
        _ route: String, _ guest: Guest, files: [FileMount] = [],
        limits: @escaping @Sendable (inout ComponentLimitOverrides) -> Void = { _ in }
    ) {
        self.route = route
        self.guest = guest
        self.files = files
        self.limits = limits
    }

    /// The component's name in logs: the route without its slashes.
    var name: String { route.split { "/.".contains($0) }.joined(separator: "-") }
}

/// The whole data path in this process: loader, engine, fibers, trigger and server, on a free port.
final class TestServer: Sendable {
    let server: HTTPServer
    let schedulers: FiberSchedulers
    let group: MultiThreadedEventLoopGroup
    let log: RecordingLog
    /// Sends the requests of guests.
    let outbound: PooledHTTPClient

    var port: Int { server.address?.port ?? 0 }

    private init(
        server: HTTPServer, schedulers: FiberSchedulers, group: MultiThreadedEventLoopGroup,
        log: RecordingLog,
        outbound: PooledHTTPClient
    ) {
        self.outbound = outbound
        self.server = server
        self.schedulers = schedulers
        self.group = group
        self.log = log
    }

    /// Small pools: many engines live in the process of the tests at once.
    static func engineLimits(slots: UInt32 = 64) -> EngineLimits {
        var limits = EngineLimits()
        limits.memories = slots
        limits.stacks = slots
        return limits
    }

    /// Serves `routes` while `test` runs, and then checks that no guest is left.
    static func with(
        _ routes: [TestRoute], slots: UInt32 = 64, threads: Int = 2, tls: HTTPServerTLS? = nil,
        server change: (inout HTTPServerLimits) -> Void = { _ in }, _ test: (TestServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let engine = try Engine(limits: engineLimits(slots: slots))
        let files = NIOThreadPool(numberOfThreads: 2)
        files.start()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let result: Result<Void, any Error>
        let router = ApplicationRouter()
        let trusted = OutboundTLS(additionalRoots: try TestCertificate.roots(), trustsSystemRoots: false)
        let client = PooledHTTPClient(tls: trusted, router: router)
        defer {
            router.end()
            client.close()
        }
        do {
            let loader = ApplicationLoader(
                images: try ImageFolder(engine: engine, path: "\(folder.path)/images"),
                files: .offload(files),
                staging: FileStaging(folder: "\(folder.path)/staging"),
                outbound: OutboundServices(client: client))
            let loaded = try loader.load(try application(routes, in: folder))
            let running = try await start(
                loaded, engine: engine, group: group, router: router, client: client, tls: tls, change)
            do {
                try await test(running)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            try await running.server.drain(within: .zero).get()
            try await running.schedulers.cancelAll("the test is over")
        } catch {
            try await group.shutdownGracefully()
            try await files.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
        try await files.shutdownGracefully()
        try result.get()
    }

    static func application(_ routes: [TestRoute], in folder: TemporaryFolder) throws -> Application {
        var components = try routes.map { route in
            var overrides = ComponentLimitOverrides()
            route.limits(&overrides)
            return Component(
                id: ComponentID(route.name), source: ComponentSource(path: try route.guest.file(in: folder)),
                environment: route.environment, files: route.files,
                grants: ComponentGrants(outboundHosts: try route.outbound.map { try OutboundRule($0) }),
                limitOverrides: overrides)
        }
        let triggers = try routes.map { route in
            let middleware = try route.middleware.enumerated().map { index, guest in
                let id = ComponentID("\(route.name)-middleware-\(index)")
                let source = ComponentSource(path: try guest.file(in: folder))
                components.append(Component(id: id, source: source))
                return id
            }
            return HTTPTrigger(
                id: route.name, handler: .component(ComponentID(route.name)), route: .path(route.route),
                executor: route.executor, middleware: middleware)
        }
        return Application(name: "test", folder: folder.path, components: components, httpTriggers: triggers)
    }

    private static func start(
        _ loaded: LoadedApplication, engine: Engine, group: MultiThreadedEventLoopGroup,
        router: ApplicationRouter, client: PooledHTTPClient, tls: HTTPServerTLS?,
        _ change: (inout HTTPServerLimits) -> Void
    ) async throws -> TestServer {
        let log = RecordingLog()
        let schedulers = try await FiberSchedulers(engine: engine, group: group)
        let handler = try HTTPTriggerHandler(loaded, schedulers: schedulers, log: log, logger: log.logger)
        router.begin(handler)
        var configuration = HTTPServerConfiguration(
            address: .tcp(host: "127.0.0.1", port: 0), tls: tls, group: group)
        // A busy machine may leave a test alone for long; what the server does about slow clients is tested elsewhere.
        configuration.limits.handshakeTimeout = .minutes(5)
        configuration.limits.headerReadTimeout = .minutes(5)
        configuration.limits.bodyIdleTimeout = .minutes(5)
        configuration.limits.writeStallTimeout = .minutes(5)
        change(&configuration.limits)
        let server = try await HTTPServer.start(configuration, handler: handler, accessLog: log).get()
        router.join(server)
        return TestServer(server: server, schedulers: schedulers, group: group, log: log, outbound: client)
    }

    /// Guests that have started and not ended, on all loops.
    func fiberCount() async throws -> Int {
        var count = 0
        for loop in group.makeIterator() {
            count += try await loop.submit { self.schedulers.scheduler(on: loop).fiberCount }.get()
        }
        return count
    }

    func client(keepsBodies: Bool = true) async throws -> TestClient {
        try await TestClient.connect(port: port, keepsBodies: keepsBodies)
    }

    /// One request on a connection of its own.
    func get(_ path: String) async throws -> Response { try await EndToEndTests.get(path, port: port) }

    func noGuestIsLeft() async throws {
        try await eventually("no guest is left") { try await fiberCount() == 0 }
    }
}
