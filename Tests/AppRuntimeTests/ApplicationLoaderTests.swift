import AppModel
import HostSystem
import TestSupport
import Testing
import WasmEngine

@testable import AppRuntime

@Suite("Loading applications")
struct ApplicationLoaderTests {
    private let folder: TemporaryFolder
    private let loader: ApplicationLoader

    init() throws {
        folder = try TemporaryFolder()
        var limits = EngineLimits()
        (limits.memories, limits.stacks) = (8, 8)
        let engine = try Engine(limits: limits)
        loader = ApplicationLoader(
            images: try ImageFolder(engine: engine, path: "\(folder.path)/images"), files: .inline,
            staging: FileStaging(folder: "\(folder.path)/staging"))
    }

    private static let command = "(module (memory (export \"memory\") 1) (func (export \"_start\")))"

    private func application(
        _ text: String?, executor: HTTPTrigger.Executor = .wagi(.standard),
        _ change: (inout Component) -> Void = { _ in }
    ) throws -> Application {
        let path = text == nil ? "\(folder.path)/absent.wasm" : try folder.file("module.wat", text ?? "")
        var component = Component(id: "main", source: ComponentSource(path: path))
        change(&component)
        let trigger = HTTPTrigger(
            id: "front", handler: .component("main"), route: .path("/..."), executor: executor)
        return Application(
            name: "test", folder: folder.path, components: [component], httpTriggers: [trigger])
    }

    private func failure(of application: Application) -> String {
        let error = #expect(throws: LoadError.self) { try loader.load(application) }
        return error?.description ?? ""
    }

    @Test func `a command is loaded with its limits`() throws {
        let loaded = try loader.load(try application(Self.command) { $0.limitOverrides.openFilesMax = 9 })
        let component = try #require(loaded.component("main"))
        #expect(component.limits.openFilesMax == 9)
        #expect(component.plan.limits.descriptors == 9)
        guard case .command(let command) = component.program else {
            Issue.record("no command")
            return
        }
        #expect(command.name == "_start")
        #expect(loaded.component("other") == nil)
    }

    @Test func `a component that no trigger needs is not even looked for`() throws {
        var application = try application(Self.command)
        application.components.append(Component(id: "idle", source: ComponentSource(path: "/absent.wasm")))
        let loaded = try loader.load(application)
        #expect(loaded.component("idle") == nil)
        #expect(loaded.component("main") != nil)
    }

    @Test(arguments: [
        ("(module)", "exports no function \"_start\""), ("(module", "does not parse"), ("", "does not parse"),
        ("(module (func (export \"_start\") (result i32)))", "does not compile"),
        ("(module (memory (export \"_start\") 1))", "exports no function \"_start\""),
        (
            """
            (module (import "env" "one" (func)) (import "env" "two" (func (param i32)))
              (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32))) (func (export "_start")))
            """, "one"
        ),
    ])
    func `a module that cannot run is told with component and file`(text: String, reason: String) throws {
        let sentence = failure(of: try application(text))
        #expect(sentence.hasPrefix("Component \"main\" (\(folder.path)/module.wat): "))
        #expect(sentence.contains(reason))
    }

    @Test func `every import that nobody offers is listed`() throws {
        let imports = ["one", "two", "three"].map { "(import \"env\" \"\($0)\" (func))" }.joined()
        let sentence = failure(of: try application("(module \(imports) (func (export \"_start\")))"))
        for name in ["one", "two", "three"] { #expect(sentence.contains(name)) }
    }

    @Test func `a file that is absent is told with what to do`() throws {
        #expect(failure(of: try application(nil)).contains("Check the source of the component."))
        let built = try application(nil) {
            $0.build = ComponentBuild(commands: ["make"], folder: folder.path)
        }
        #expect(failure(of: built).contains("Run `martlet build` to make it."))
    }

    @Test func `a source is refused unless it has the digest that the manifest names`() throws {
        let digest = ImageFolder.sha256(of: Array(Self.command.utf8))
        let right = try application(Self.command) { $0.source.sha256 = digest }
        #expect(try loader.load(right).component("main") != nil)
        let wrong = try application(Self.command) { $0.source.sha256 = String(repeating: "0", count: 64) }
        let sentence = failure(of: wrong)
        #expect(sentence.contains(digest))
        #expect(sentence.contains("Update one of them."))
    }

    @Test func `a component that speaks an interface is refused in words`() throws {
        let sentence = failure(of: try application(Self.command, executor: .http))
        #expect(sentence.contains("trigger \"front\""))
        #expect(sentence.contains("wagi"))
    }

    @Test func `a folder that cannot be granted is told`() throws {
        let mount = FileMount(hostPath: "\(folder.path)/absent", guestPath: "/data", kind: .folder)
        let sentence = failure(of: try application(Self.command) { $0.files = [mount] })
        #expect(sentence.contains("\(folder.path)/absent"))
    }

    @Test func `variables of the operator win over the manifest's`() throws {
        let application = try application(Self.command) {
            $0.environment = [
                EnvironmentVariable(name: "A", value: "1"), EnvironmentVariable(name: "B", value: "2"),
            ]
        }
        let added = [EnvironmentVariable(name: "A", value: "9"), EnvironmentVariable(name: "C", value: "3")]
        let plan = try #require(try loader.load(application, environment: added).component("main")?.plan)
        let texts = plan.environment.bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        #expect(texts.sorted() == ["A=9", "B=2", "C=3"])
    }

    @Test func `what was compiled once is not compiled again`() throws {
        var events = 0
        let application = try application(Self.command)
        _ = try loader.load(application) { _ in events += 1 }
        #expect(events > 0)
        events = 0
        _ = try loader.load(application) { _ in events += 1 }
        #expect(events == 0)
    }
}
