import Foundation

/// An input that a fuzzer kept: for the way that it takes through the code, or for a promise that it once broke.
public struct FuzzedInput: Sendable {
    /// From the folder of all inputs.
    public let path: String
    /// What it consists of.
    public let bytes: [UInt8]

    /// The inputs of one target.
    public static func kept(of target: String) throws -> [FuzzedInput] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fuzzing").standardizedFileURL
        return try ["corpus", "findings"].flatMap { kind in
            let inputs = folder.appending(path: "\(kind)/\(target)")
            // Not every target has findings.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: inputs.path)) ?? []
            return try names.map { name in
                FuzzedInput(
                    path: "\(kind)/\(target)/\(name)",
                    bytes: Array(try Data(contentsOf: inputs.appending(path: name))))
            }
        }
    }
}
