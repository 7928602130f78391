import AppModel

@testable import Manifests

/// What the fuzzer does with its bytes here, by the name of the target. A test runs the same over committed inputs.
enum ManifestFuzzing {
    static let targets: [String: @Sendable ([UInt8]) -> String?] = ["toml": toml, "manifest": manifest]

    /// Reads a document; a refusal points into it.
    @Sendable static func toml(_ bytes: [UInt8]) -> String? {
        do {
            _ = try TOMLParser.parse(bytes, limits: ManifestLimits())
            return nil
        } catch {
            let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
            return error.position.line > lines ? "a refusal points behind the text" : nil
        }
    }

    /// Reads an application; files are not looked for.
    @Sendable static func manifest(_ bytes: [UInt8]) -> String? {
        do {
            _ = try ManifestReader(resolvesFiles: false).readSpin(bytes, named: "spin.toml", folder: "/")
            return nil
        } catch {
            return error.errors.isEmpty ? "a refusal without a reason" : nil
        }
    }
}
