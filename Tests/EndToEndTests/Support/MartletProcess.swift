import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The `martlet` program, or another, as a process of a test. It is killed, and waited for, when the test is done.
final class MartletProcess: Sendable {
    /// How a process ended: its exit code, or the signal that killed it.
    enum End: Equatable, Sendable {
        case exited(Int32)
        case killed(Int32)
    }

    let pid: pid_t
    private let group: MultiThreadedEventLoopGroup
    private let output: any Channel
    private let errorOutput: any Channel
    private let outputText: TextCollector
    private let errorText: TextCollector
    private let input: (any Channel)?
    private let end = Mutex<End?>(nil)

    private init(
        pid: pid_t, group: MultiThreadedEventLoopGroup, input: (any Channel)?, output: any Channel,
        errorOutput: any Channel, texts: (TextCollector, TextCollector)
    ) {
        self.pid = pid
        self.group = group
        self.input = input
        self.output = output
        self.errorOutput = errorOutput
        (outputText, errorText) = texts
    }

    /// Runs `martlet` with these arguments while `test` runs.
    ///
    /// - Parameters:
    ///   - opensInput: whether its standard input is a pipe that the test writes to, or the null device.
    ///   - openFiles: how many files it may have open at once.
    static func with(
        _ arguments: [String], folder: TemporaryFolder, environment: [String: String] = [:],
        opensInput: Bool = false, openFiles: Int? = nil, _ test: (MartletProcess) async throws -> Void
    ) async throws {
        var all = environment
        all["MARTLET_CACHE"] = all["MARTLET_CACHE"] ?? "\(folder.path)/cache"
        all["TMPDIR"] = try folder.folder("tmp")
        all["HOME"] = folder.path
        var words = [Built.martlet] + arguments
        if let openFiles { words = ["/bin/sh", "-c", "ulimit -n \(openFiles); exec \"$0\" \"$@\""] + words }
        let process = try await start(words, all, opensInput: opensInput)
        do {
            try await test(process)
        } catch {
            try await process.finish()
            throw error
        }
        try await process.finish()
    }

    // MARK: - What it writes

    var standardOutput: String { outputText.text }
    var standardError: String { errorText.text }
    var standardOutputBytes: Int { outputText.count }

    /// Waits for a line of standard output that holds `text`.
    func outputLine(with text: String) async throws -> String { try await line(with: text, of: outputText) }

    /// Waits for a line of standard error that holds `text`.
    @discardableResult
    func errorLine(with text: String) async throws -> String { try await line(with: text, of: errorText) }

    private func line(with text: String, of collector: TextCollector) async throws -> String {
        do {
            return try await eventually("a line with \"\(text)\"") {
                let lines = collector.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                return lines.first { $0.contains(text) }.map(String.init)
            }
        } catch {
            throw TooLate(
                description: "no line with \"\(text)\"; output: \(standardOutput) errors: \(standardError)")
        }
    }

    /// The port of `martlet up --json` or `martlet up`, once it listens.
    func port() async throws -> Int {
        // It compiles what it serves, and that may be megabytes.
        let port = try await eventually("the process listens", within: .minutes(5)) { () -> Int? in
            if let end = poll() {
                throw TooLate(description: "the process ended: \(end), \(standardError)\(standardOutput)")
            }
            guard let mark = standardOutput.firstRange(of: "://127.0.0.1:") else { return nil }
            let rest = standardOutput[mark.upperBound...]
            let digits = rest.prefix { $0.isNumber }
            return digits.endIndex < rest.endIndex ? Int(digits) : nil
        }
        return port
    }

    /// Stops taking its output: the pipe's reading end goes away.
    func closeOutput() async throws { try await output.close().get() }

    // MARK: - What it reads

    func write(_ text: String) async throws {
        try await #require(input).writeAndFlush(ByteBuffer(string: text)).get()
    }

    func closeInput() async throws { try await #require(input).close().get() }

    // MARK: - Its end

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for its end, and for the last of what it wrote.
    func ended(within limit: TimeAmount = .seconds(60)) async throws -> End {
        let end: End
        do {
            end = try await eventually("the process ends", within: limit) { poll() }
        } catch {
            throw TooLate(description: "the process does not end; errors: \(standardError)")
        }
        try await eventually("its pipes end") { outputText.isEnded && errorText.isEnded }
        return end
    }

    /// Waits for its end, which is to be this one.
    func ends(_ expected: End, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let end = try await ended()
        #expect(end == expected, "its errors: \(standardError)", sourceLocation: sourceLocation)
    }

    /// Looks whether it has ended, and takes its status then.
    private func poll() -> End? {
        end.withLock { end in
            if let end { return end }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            end = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(status & 0x7f)
            return end
        }
    }

    private func finish() async throws {
        if poll() == nil { kill(pid, SIGKILL) }
        try await eventually("the killed process ends") { poll() != nil }
        for channel in [input, output, errorOutput] {
            // It may have closed by itself.
            try? await channel?.close().get()
        }
        try await group.shutdownGracefully()
    }

    // MARK: - Its resources

    /// Descriptors it has open now.
    var descriptorCount: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count }
    }

    /// Its resident memory, in bytes.
    var residentBytes: Int {
        get throws { try kilobytes("VmRSS:") << 10 }
    }

    /// The most resident memory it ever had, in bytes.
    var residentPeakBytes: Int {
        get throws { try kilobytes("VmHWM:") << 10 }
    }

    /// Lets ``residentPeakBytes`` begin again (proc(5), clear_refs).
    func forgetResidentPeak() throws {
        try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(pid)/clear_refs"))
    }

    private func kilobytes(_ key: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(key) })
        return try #require(line.split { !$0.isNumber }.first.flatMap { Int($0) })
    }

    // MARK: - Its start

    private static func start(
        _ command: [String], _ environment: [String: String], opensInput: Bool
    ) async throws -> MartletProcess {
        let (pid, ends) = try spawnWithPipes(command, environment, opensInput: opensInput)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let texts = (TextCollector(), TextCollector())
        let output = try await read(ends.output, into: texts.0, group)
        let errorOutput = try await read(ends.errorOutput, into: texts.1, group)
        var input: (any Channel)?
        if let end = ends.input {
            input = try await NIOPipeBootstrap(group: group).takingOwnershipOfDescriptor(output: end).get()
        }
        return MartletProcess(
            pid: pid, group: group, input: input, output: output, errorOutput: errorOutput, texts: texts)
    }

    private static func read(
        _ descriptor: Int32, into text: TextCollector, _ group: MultiThreadedEventLoopGroup
    ) async throws -> any Channel {
        try await NIOPipeBootstrap(group: group)
            .channelInitializer { $0.pipeline.addHandler(TextHandler(text)) }
            .takingOwnershipOfDescriptor(input: descriptor).get()
    }

    private static func spawnWithPipes(
        _ command: [String], _ environment: [String: String], opensInput: Bool
    ) throws -> (pid_t, (input: Int32?, output: Int32, errorOutput: Int32)) {
        let (outputRead, outputWrite) = try pipe()
        let (errorRead, errorWrite) = try pipe()
        let inputPipe = opensInput ? try pipe() : nil
        let inputRead = inputPipe?.0 ?? open("/dev/null", O_RDONLY | O_CLOEXEC)
        let pid = try spawn(command, environment, descriptors: [inputRead, outputWrite, errorWrite])
        for descriptor in [inputRead, outputWrite, errorWrite] { close(descriptor) }
        return (pid, (inputPipe?.1, outputRead, errorRead))
    }

    private static func pipe() throws -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        try #require(Foundation.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    /// Leaves the child the standard three: a socket of another test that lived on in it would never seem closed.
    private static func closeOthers(_ actions: inout posix_spawn_file_actions_t) {
        typealias CloseFrom =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        // Newer than what the system's module declares.
        let address = dlsym(dlopen(nil, RTLD_NOW), "posix_spawn_file_actions_addclosefrom_np")
        guard let address else { return }
        _ = unsafeBitCast(address, to: CloseFrom.self)(&actions, 3)
    }

    /// Signals as a shell would leave them: this process may ignore some, and a child would inherit that.
    private static func spawn(
        _ command: [String], _ environment: [String: String], descriptors: [Int32]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
        }
        closeOthers(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGTERM, SIGINT] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &variables)
        try #require(error == 0, "cannot start \(command[0]): \(String(cString: strerror(error)))")
        return pid
    }
}

/// Text that a process has written so far.
final class TextCollector: Sendable {
    private let state = Mutex((bytes: ByteBuffer(), count: 0, isEnded: false))
    /// The rest is counted and thrown away.
    private static let keptBytesMax = 4 << 20

    var text: String { state.withLock { String(buffer: $0.bytes) } }
    var count: Int { state.withLock { $0.count } }
    var isEnded: Bool { state.withLock { $0.isEnded } }

    func add(_ bytes: ByteBuffer) {
        state.withLock { state in
            var bytes = bytes
            state.count += bytes.readableBytes
            if state.bytes.readableBytes < Self.keptBytesMax { state.bytes.writeBuffer(&bytes) }
        }
    }

    func end() { state.withLock { $0.isEnded = true } }
}

private final class TextHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let text: TextCollector

    init(_ text: TextCollector) { self.text = text }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { text.add(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { text.end() }
}
