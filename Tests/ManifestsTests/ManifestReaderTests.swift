import AppModel
import Foundation
import Manifests
import Testing

@Suite struct ManifestReaderTests {
    private func read(_ text: String, folder: String = "/nowhere") throws -> ManifestReader.Outcome {
        try ManifestReader().readSpin(Array(text.utf8), named: "spin.toml", folder: folder)
    }

    private let smallest = """
        spin_manifest_version = 2
        [application]
        name = "small"
        [[trigger.http]]
        route = "/"
        component = "a"
        [component.a]
        source = "a.wasm"

        """

    @Test func `the smallest manifest gets every default`() throws {
        let outcome = try read(smallest)
        let component = Component(id: "a", source: ComponentSource(path: "/nowhere/a.wasm"))
        let trigger = HTTPTrigger(id: "a-http-trigger", handler: .component("a"), route: .path("/"))
        #expect(
            outcome.application
                == Application(
                    name: "small", folder: "/nowhere", components: [component], httpTriggers: [trigger]))
        #expect(outcome.warnings.isEmpty)
        #expect(component.limits == .standard)
    }

    @Test func `a complete manifest becomes the model it describes`() throws {
        let folder = FixtureTests.folder.appending(path: "app").resolvingSymlinksInPath().path
        let bytes = [UInt8](try Data(contentsOf: FixtureTests.folder.appending(path: "complete.toml")))
        let application = try ManifestReader().readSpin(bytes, named: "spin.toml", folder: folder).application
        #expect(application.version == "1.2.3")
        #expect(application.authors == ["A <a@example.com>"])
        #expect(
            application.variables == [
                ApplicationVariable(name: "greeting", description: "What to say", defaultValue: "hello"),
                ApplicationVariable(name: "api_key", defaultValue: nil, isSecret: true),
            ])
        #expect(application.components.map(\.id) == ["hello", "inline-component"])
        #expect(
            application.httpTriggers.map(\.id) == ["hello-http-trigger", "inline", "http-trigger1", "teapot"])
        #expect(application.httpTriggers[0].executor == .wagi(WagiOptions(argv: "hello ${ARGS}")))
        #expect(application.httpTriggers[1].handler == .component("inline-component"))
        #expect(application.httpTriggers[2].route == .isPrivate)
        #expect(
            application.httpTriggers[3].handler
                == .staticResponse(
                    StaticResponse(
                        statusCode: 418,
                        headers: [StaticResponse.Field(name: "content-type", value: "text/plain")],
                        body: "short and stout")))
        let hello = try #require(application.component("hello"))
        #expect(
            hello.environment == [
                EnvironmentVariable(name: "ZED", value: "1"), EnvironmentVariable(name: "ALPHA", value: "2"),
            ])
        #expect(
            hello.files == [
                FileMount(hostPath: folder + "/static/a.txt", guestPath: "/static/a.txt", kind: .file),
                FileMount(hostPath: folder + "/data/keep.txt", guestPath: "/data/keep.txt", kind: .file),
                FileMount(hostPath: folder + "/sub", guestPath: "/store", kind: .folder, access: .readWrite),
            ])
        #expect(
            hello.build
                == ComponentBuild(
                    commands: ["make", "make check"], folder: folder + "/sub", watchPatterns: ["src/**/*.c"]))
        #expect(
            hello.source.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        var limits = ComponentLimits.standard
        limits.memoryBytesMax = 64 << 20
        limits.cpuBudget = .milliseconds(250)
        limits.deadline = .seconds(5)
        limits.instancesMax = 4
        #expect(hello.limits == limits)
    }

    @Test func `a component that several triggers name keeps their order`() throws {
        let more = "[[trigger.http]]\nroute = \"/x\"\ncomponent = \"a\"\n"
        let application = try read(smallest + more + more.replacing("/x", with: "/y")).application
        #expect(application.httpTriggers.map(\.id) == ["a-http-trigger", "http-trigger1", "http-trigger2"])
        #expect(application.httpTriggers.map(\.route) == [.path("/"), .path("/x"), .path("/y")])
    }

    @Test func `a component in braces without a trigger id is numbered`() throws {
        let inline = "[[trigger.http]]\nroute = \"/i\"\ncomponent = { source = \"i.wasm\" }\n"
        let application = try read(smallest + inline + inline).application
        #expect(application.components.map(\.id) == ["a", "inline-component1", "inline-component2"])
    }

    @Test func `spin is another name of the http executor`() throws {
        let application = try read(
            smallest + "[[trigger.http]]\nroute = \"/s\"\ncomponent = \"a\"\nexecutor = { type = \"spin\" }\n"
        ).application
        #expect(application.httpTriggers.map(\.executor) == [.http, .http])
    }

    @Test func `deprecated hosts become outbound hosts`() throws {
        let outcome = try read(smallest + "allowed_http_hosts = [\"a.b\", \"insecure:allow-all\"]\n")
        #expect(
            outcome.application.components[0].grants.outboundHosts.map(\.text) == [
                "http://a.b", "https://a.b", "http://*:*", "https://*:*",
            ])
    }

    @Test(arguments: [
        ("1GiB", 1 << 30), ("64KiB", 65536), ("64 KiB", 65536), ("70000B", 70000), ("4GiB", 4 << 30),
    ])
    func `sizes are read with their units`(text: String, bytes: Int) throws {
        let application = try read(smallest + "tool.martlet.memory-max = \"\(text)\"\n").application
        #expect(application.components[0].limits.memoryBytesMax == bytes)
    }

    @Test(arguments: [
        "5GiB", "64", "-1KiB", "99999999999999999999KiB", "9223372036854775807KiB", "1kb", "", "KiB",
    ])
    func `sizes that are none are refused`(text: String) {
        #expect(throws: ManifestErrors.self) {
            try read(smallest + "tool.martlet.memory-max = \"\(text)\"\n")
        }
    }

    @Test(arguments: [
        ("1ms", Duration.milliseconds(1)), ("90s", .seconds(90)), ("5m", .seconds(300)),
        ("2 h", .seconds(7200)),
    ])
    func `times are read with their units`(text: String, duration: Duration) throws {
        let application = try read(smallest + "tool.martlet.deadline = \"\(text)\"\n").application
        #expect(application.components[0].limits.deadline == duration)
    }

    @Test(arguments: ["0ms", "10", "1d", "9000h", "1.5s", "-1s"])
    func `times that are none are refused`(text: String) {
        #expect(throws: ManifestErrors.self) { try read(smallest + "tool.martlet.deadline = \"\(text)\"\n") }
    }

    @Test func `a manifest at the size limit is read and one byte more is refused`() throws {
        var limits = ManifestLimits()
        limits.fileBytesMax = smallest.utf8.count
        let reader = ManifestReader(limits: limits)
        _ = try reader.readSpin(Array(smallest.utf8), named: "spin.toml", folder: "/nowhere")
        #expect(throws: ManifestErrors.self) {
            try reader.readSpin(Array((smallest + "\n").utf8), named: "spin.toml", folder: "/nowhere")
        }
    }

    @Test func `more components or triggers than allowed are refused`() throws {
        var limits = ManifestLimits()
        limits.componentsMax = 1
        limits.triggersMax = 1
        let reader = ManifestReader(limits: limits)
        _ = try reader.readSpin(Array(smallest.utf8), named: "spin.toml", folder: "/nowhere")
        for addition in [
            "[component.b]\nsource = \"b.wasm\"\n", "[[trigger.http]]\nroute = \"/2\"\ncomponent = \"a\"\n",
        ] {
            let error = #expect(throws: ManifestErrors.self) {
                try reader.readSpin(Array((smallest + addition).utf8), named: "spin.toml", folder: "/nowhere")
            }
            #expect(error?.description.contains("more than 1") == true)
        }
    }

    @Test func `only so many problems are reported`() {
        let keys = (0..<200).map { "bad\($0) = 1\n" }.joined()
        let error = #expect(throws: ManifestErrors.self) { try read(smallest + keys) }
        #expect(error?.errors.count == ManifestLimits().problemsMax)
    }

    @Test func `bytes that are no UTF-8 are refused where they stand`() {
        let bytes = Array("a = 1\nb = \"".utf8) + [0xFF, 0xFE] + Array("\"\n".utf8)
        let error = #expect(throws: ManifestErrors.self) {
            try ManifestReader().readSpin(bytes, named: "spin.toml", folder: "/nowhere")
        }
        #expect(error?.description == "spin.toml:2:6: the file is not UTF-8 text; save it as UTF-8")
    }

    @Test func `a key with a hundred thousand parts does not exhaust the stack`() {
        let text = "a" + String(repeating: ".a", count: 100_000) + " = 1\n"
        let error = #expect(throws: ManifestErrors.self) { try read(text) }
        #expect(error?.description == "spin.toml:1:33: nested too deeply; at most 16 levels are allowed")
    }

    @Test func `more values than allowed are refused`() {
        let text = "x = [" + String(repeating: "1,", count: 100_001) + "]\n"
        let error = #expect(throws: ManifestErrors.self) { try read(text) }
        #expect(error?.description.contains("at most 100000") == true)
    }
}
