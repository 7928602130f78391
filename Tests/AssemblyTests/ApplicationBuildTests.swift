import AppModel
import Foundation
import Manifests
import TestSupport
import Testing

import Assembly

extension TemporaryFolder {
    /// A folder with an application of these components, and a folder `sub`.
    static func application(_ components: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.folder("sub")
        try folder.file(
            "spin.toml",
            """
            spin_manifest_version = 2
            application.name = "built"
            [[trigger.http]]
            route = "/..."
            component = "a"
            \(components)
            """)
        return folder
    }
}

@Suite struct ApplicationBuildTests {
    private func build(
        _ folder: TemporaryFolder, _ components: [String] = [], asJSON: Bool = false
    ) async throws -> (status: ProcessStatus, recorder: ConsoleRecorder) {
        let recorder = ConsoleRecorder()
        let request = BuildRequest(location: folder.path, components: components, asJSON: asJSON)
        let status = try await ApplicationBuild().run(request, console: recorder.console())
        return (status, recorder)
    }

    @Test func `commands run in order in their folder, with their output prefixed`() async throws {
        let folder = try TemporaryFolder.application(
            """
            [component.a]
            source = "sub/a.wasm"
            build = { command = ["echo first; echo problem >&2", "pwd; printf x > a.wasm"], workdir = "sub" }
            """)
        let (status, recorder) = try await build(folder)
        #expect(status == .success)
        #expect(recorder.output == "a | first\na | problem\na | \(folder.path)/sub\n")
        #expect(
            recorder.error.hasPrefix(
                "Building a (1 of 2): echo first; echo problem >&2\nBuilding a (2 of 2): pwd; printf x > a.wasm\n"
            ))
        #expect(recorder.error.hasSuffix("Built a\n"))
    }

    @Test func `the first command that fails ends the build with its code`() async throws {
        let folder = try TemporaryFolder.application(
            """
            [component.a]
            source = "a.wasm"
            build.command = ["echo before", "exit 7", "touch never"]
            """)
        let error = await #expect(throws: OperatorError.self) { try await build(folder) }
        #expect(
            error
                == OperatorError("the build of a failed: \"exit 7\" ended with 7", status: .init(rawValue: 7))
        )
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/never"))
    }

    @Test func `a signal counts as in a shell`() async throws {
        let folder = try TemporaryFolder.application(
            "[component.a]\nsource = \"a.wasm\"\nbuild.command = \"kill -TERM $$\"\n")
        let error = await #expect(throws: OperatorError.self) { try await build(folder) }
        #expect(error?.status == ProcessStatus(rawValue: 143))
    }

    @Test func `a build that leaves no source is reported`() async throws {
        let folder = try TemporaryFolder.application(
            "[component.a]\nsource = \"a.wasm\"\nbuild.command = \"true\"\n")
        let error = await #expect(throws: OperatorError.self) { try await build(folder) }
        #expect(
            error?.description
                == "the build of a ended well but left no \(folder.path)/a.wasm; check source and build.command in "
                + "the manifest")
    }

    @Test func `files that the build makes need not be there before`() async throws {
        let folder = try TemporaryFolder.application(
            """
            [component.a]
            source = "a.wasm"
            files = [{ source = "made", destination = "/" }]
            build.command = "mkdir made; touch a.wasm"
            """)
        #expect(try await build(folder).status == .success)
    }

    private let two = """
        [component.a]
        source = "a.wasm"
        build.command = "touch a.wasm"
        [component.b]
        source = "b.wasm"
        build.command = "touch b.wasm"
        [component.c]
        source = "c.wasm"
        """

    @Test func `only the components that are named are built`() async throws {
        let folder = try TemporaryFolder.application(two)
        _ = try await build(folder, ["b"])
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/a.wasm"))
        #expect(FileManager.default.fileExists(atPath: folder.path + "/b.wasm"))
    }

    @Test(arguments: [
        ("z", "has no component \"z\"; it has a, b, c"), ("c", "the component c has no build command"),
    ])
    func `a component that cannot be built is refused`(name: String, sentence: String) async throws {
        let folder = try TemporaryFolder.application(two)
        let error = await #expect(throws: OperatorError.self) { try await build(folder, [name]) }
        #expect(error?.description.contains(sentence) == true)
    }

    @Test func `a program gets one object a line`() async throws {
        let folder = try TemporaryFolder.application(
            "[component.a]\nsource = \"a.wasm\"\nbuild.command = \"echo 'a \\\"b\\\"'; touch a.wasm\"\n")
        let (_, recorder) = try await build(folder, asJSON: true)
        let lines = recorder.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1] == "{\"component\":\"a\",\"event\":\"output\",\"line\":\"a \\\"b\\\"\"}")
        #expect(recorder.error.isEmpty)
    }

    @Test func `a manifest with an error is not built`() async throws {
        let folder = try TemporaryFolder.application(
            "[component.a]\nsorce = \"a.wasm\"\nbuild.command = \"touch ran\"\n")
        await #expect(throws: ManifestErrors.self) { try await build(folder) }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/ran"))
    }

    @Test func `empty lines, line ends of other systems and a missing last one are passed on`() async throws {
        let folder = try TemporaryFolder.application(
            "[component.a]\nsource = \"a.wasm\"\nbuild.command = \"printf 'x\\\\r\\\\n\\\\ny\\\\fz'; touch a.wasm\"\n"
        )
        #expect(try await build(folder).recorder.output == "a | x\na | \na | y\u{C}z\n")
    }

    @Test func `a line without end is refused`() async throws {
        let folder = try TemporaryFolder.application(
            "[component.a]\nsource = \"a.wasm\"\nbuild.command = \"head -c 3000000 /dev/zero | tr '\\\\0' x\"\n"
        )
        let error = await #expect(throws: OperatorError.self) { try await build(folder) }
        #expect(error?.description.hasSuffix("wrote a line of more than 1048576 bytes") == true)
    }

    @Test func `a line that is long but allowed is passed on whole`() async throws {
        let folder = try TemporaryFolder.application(
            "[component.a]\nsource = \"a.wasm\"\nbuild.command = \"touch a.wasm; head -c 1000000 /dev/zero | tr '\\\\0' x\"\n"
        )
        #expect(try await build(folder).recorder.output.utf8.count == 1_000_000 + "a | \n".utf8.count)
    }
}

@Suite struct ApplicationCheckTests {
    private func check(_ folder: TemporaryFolder, asJSON: Bool = false) throws -> (
        ProcessStatus, ConsoleRecorder
    ) {
        let recorder = ConsoleRecorder()
        let request = CheckRequest(location: folder.path, asJSON: asJSON)
        return (try ApplicationCheck().run(request, console: recorder.console()), recorder)
    }

    @Test func `a good manifest is summed up`() throws {
        let folder = try TemporaryFolder.application("[component.a]\nsource = \"a.wasm\"\n")
        let (status, recorder) = try check(folder)
        #expect(status == .success)
        #expect(recorder.output == "\(folder.path)/spin.toml is valid: built, 1 component, 1 HTTP trigger\n")
        #expect(recorder.error.isEmpty)
    }

    @Test func `equal routes are a warning`() throws {
        let folder = try TemporaryFolder.application(
            "[[trigger.http]]\nid = \"second\"\nroute = \"/...\"\ncomponent = \"a\"\n[component.a]\nsource = \"a.wasm\"\n"
        )
        let (status, recorder) = try check(folder)
        #expect(status == .success)
        #expect(recorder.error.contains("warning: ") && recorder.error.contains("both have the route /..."))
    }

    @Test func `errors are thrown, or printed as JSON`() throws {
        let folder = try TemporaryFolder.application("[component.a]\nsource = 1\n")
        #expect(throws: ManifestErrors.self) { try check(folder) }
        let (status, recorder) = try check(folder, asJSON: true)
        #expect(status == .failure)
        #expect(
            recorder.output
                == "{\"problems\":[{\"column\":10,\"file\":\"\(folder.path)/spin.toml\",\"key\":\"component.a.source\","
                + "\"line\":7,\"message\":\"must be the path of a WebAssembly file, not an integer\","
                + "\"severity\":\"error\"}],\"routes\":[],\"valid\":false}\n")
    }
}

@Suite struct RequestTests {
    @Test(arguments: [
        ("127.0.0.1:3000", "127.0.0.1", 3000), ("localhost:0", "localhost", 0), ("[::1]:80", "::1", 80),
        (":8080", "::", 8080), ("0.0.0.0:65535", "0.0.0.0", 65535),
    ])
    func `an address is read`(text: String, host: String, port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
    }

    @Test(arguments: [
        "", "localhost", "localhost:", "localhost:65536", "::1:80", "[localhost]:1", "a/b:1", "a:-1",
    ])
    func `what is no address is refused`(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func `an address is written as it is read`() {
        #expect(ListenAddress(host: "::1", port: 80).description == "[::1]:80")
        #expect(ListenAddress.standard.description == "127.0.0.1:3000")
    }

    @Test(arguments: [
        ("a::b", FolderGrant(hostPath: "a", guestPath: "b")),
        ("a", FolderGrant(hostPath: "a", guestPath: "a")),
        ("a::/b:ro", FolderGrant(hostPath: "a", guestPath: "/b", access: .readOnly)),
        ("./x y:ro", FolderGrant(hostPath: "./x y", guestPath: "./x y", access: .readOnly)),
    ])
    func `a folder is read`(text: String, grant: FolderGrant) {
        #expect(FolderGrant(text) == grant)
    }

    @Test(arguments: ["", "::b", "a::", ":ro", "a:::ro"])
    func `what is no folder is refused`(text: String) {
        #expect(FolderGrant(text) == nil)
    }

    @Test func `colours are for labels and only when wanted`() {
        let plain = ConsoleRecorder()
        plain.console().error(label: "error", "x", style: .error)
        #expect(plain.error == "error: x\n")
        let colourful = ConsoleRecorder()
        colourful.console(hasColour: true).error(label: "error", "x", style: .error)
        #expect(colourful.error == "\u{1B}[1;31merror:\u{1B}[0m x\n")
    }
}
