import AppModel
import AppRuntime
import HTTPServer
import HTTPTrigger
import HostSystem
import Logging
import Manifests
import NIOCore
import NIOPosix
import OutboundHTTP
import WasmEngine

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Serves one application until a signal asks for the end.
struct ApplicationServer {
    let request: UpRequest
    let console: Console

    // File work of guests waits here; more threads than cores, since they wait for disks.
    private static let fileThreads = 8

    func run() async throws -> ProcessStatus {
        ProcessMemory.limitFree()
        let openFiles = try OpenFiles.raiseLimit()
        let signals = await StopSignals()
        let application = try readApplication()
        let logger = Logger(label: "martlet") { _ in ConsoleLogHandler(console: console) }
        let logs = try ServerLogs(request: request, applicationFolder: application.folder, console: console)
        let staging = StagingFolder()
        staging.removeLeftovers()
        defer { staging.remove() }
        let engine = try Engine()
        let pool = NIOThreadPool(numberOfThreads: Self.fileThreads)
        pool.start()
        let router = ApplicationRouter()
        let client = try httpClient(router)
        let outbound = OutboundServices(client: client, observer: RefusalLog(logger: logger))
        let loaded = try load(
            application, engine: engine, staging: FileStaging(folder: staging.path), files: .offload(pool),
            outbound: outbound)
        ProcessMemory.returnFree()
        warn(about: loaded)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let schedulers = try await FiberSchedulers(engine: engine, group: group)
        let handler = try HTTPTriggerHandler(loaded, schedulers: schedulers, log: logs, logger: logger)
        router.begin(handler)
        for diagnostic in handler.diagnostics { logger.warning("\(diagnostic)") }
        let server = try await start(
            handler, group: group, logs: logs, limits: limits(engine.limits, openFiles: openFiles))
        router.join(server)
        announce(application, server)
        await stop(server, signals)
        try await schedulers.cancelAll("Martlet is shutting down")
        await logs.finish()
        router.end()
        client.close()
        try await group.shutdownGracefully()
        try await pool.shutdownGracefully()
        return .success
    }

    private func httpClient(_ router: ApplicationRouter) throws -> PooledHTTPClient {
        guard let path = request.outboundRootsFile else { return PooledHTTPClient(router: router) }
        do throws(OutboundTLS.SetupError) {
            return PooledHTTPClient(tls: try OutboundTLS(additionalRootsFile: path), router: router)
        } catch {
            throw OperatorError(error.description)
        }
    }

    private func readApplication() throws -> Application {
        let outcome = try ManifestReader().read(try found(request.location))
        for warning in outcome.warnings {
            console.error(label: "warning", warning.description, style: .warning)
        }
        var application = outcome.application
        for index in application.components.indices {
            application.components[index].grants.outboundHosts += request.outboundHosts
        }
        return application
    }

    private func load(
        _ application: Application, engine: Engine, staging: FileStaging, files: HostFileExecution,
        outbound: OutboundServices
    ) throws -> LoadedApplication {
        let loader = ApplicationLoader(
            images: try CacheFolder.images(for: engine), files: files, staging: staging, outbound: outbound)
        do {
            return try loader.load(
                application, environment: request.environment,
                report: CacheFolder.report(to: console, isQuiet: request.asJSON))
        } catch let error as LoadError {
            throw OperatorError(error.description)
        }
    }

    private func warn(about loaded: LoadedApplication) {
        for (component, imports) in loaded.missingImports {
            let sentence =
                "component \"\(component)\" imports what Martlet does not offer; a call of one of these ends the guest:"
            console.error(
                label: "warning", ([sentence] + imports.map { "  \($0)" }).joined(separator: "\n"),
                style: .warning)
        }
    }

    private func start(
        _ handler: HTTPTriggerHandler, group: any EventLoopGroup, logs: ServerLogs, limits: HTTPServerLimits
    ) async throws -> HTTPServer {
        var tls: HTTPServerTLS?
        do {
            tls = try request.tls.map {
                try HTTPServerTLS(certificateFile: $0.certificatePath, keyFile: $0.keyPath)
            }
        } catch let error as HTTPServerTLS.SetupError {
            throw OperatorError(error.description)
        }
        var configuration = HTTPServerConfiguration(
            address: .tcp(host: request.listen.host, port: request.listen.port), tls: tls, group: group)
        configuration.limits = limits
        do {
            return try await HTTPServer.start(
                configuration, handler: handler, accessLog: logs.hasAccessLog ? logs : nil
            ).get()
        } catch {
            throw OperatorError(
                "Cannot listen on \(request.listen): \(error). Free the port, or choose another with --listen"
            )
        }
    }

    /// Requests wait for a place before the engine's slots run out, and connections leave descriptors for guests.
    private func limits(_ engine: EngineLimits, openFiles: Int) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.admission?.concurrentRequests = Int(min(engine.stacks, engine.memories))
        limits.connections = min(limits.connections, openFiles * 3 / 4)
        return limits
    }

    private struct Listening: Encodable {
        let event = "listening"
        let application: String
        let url: String
        let port: Int
    }

    private func announce(_ application: Application, _ server: HTTPServer) {
        let port = server.address?.port ?? request.listen.port
        let host = request.listen.host.contains(":") ? "[\(request.listen.host)]" : request.listen.host
        let url = "\(request.tls == nil ? "http" : "https")://\(host):\(port)"
        if request.asJSON {
            // Texts and a number always encode.
            try? console.json(Listening(application: application.name, url: url, port: port))
            return
        }
        console.output("Serving \(application.name) on \(url)")
        guard !request.isQuiet else { return }
        for trigger in application.httpTriggers {
            guard case .path(let route) = trigger.route else { continue }
            let target = if case .component(let id) = trigger.handler { "\(id)" } else { "a static response" }
            console.output("  \(url)\(route.hasPrefix("/") ? route : "/" + route) -> \(target)")
        }
    }

    /// The first signal finishes what was accepted, within the drain time; the second does not wait for it.
    private func stop(_ server: HTTPServer, _ signals: StopSignals) async {
        let name = await signals.next()
        if !request.isQuiet, !request.asJSON {
            console.error("\(name): finishing the requests that were accepted ...")
        }
        let drained = server.drain(within: TimeAmount(request.drainTime))
        let impatience = Task { [console] in
            let again = await signals.next()
            guard !Task.isCancelled else { return }
            console.error("\(again) again: not waiting any longer")
            exit(ProcessStatus.failure.rawValue)
        }
        // A drain does not fail: what is not done in time is cut.
        try? await drained.get()
        impatience.cancel()
    }
}
