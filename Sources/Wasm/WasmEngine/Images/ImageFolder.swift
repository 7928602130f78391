import Crypto

/// Compiled modules on disk, so that no module is compiled twice.
///
/// An image is machine code that runs with the host's rights. It is therefore loaded only if it carries a MAC made
/// with this installation's key over its content and its name, from a folder and files that belong to this user and
/// that nobody else may write. Anything else is compiled again, and replaced.
public struct ImageFolder: Sendable {
    /// The engine whose images these are.
    public let engine: Engine
    /// The folder. Images of other engines and settings may lie in it too.
    public let path: String

    private let key: SymmetricKey

    /// What ``module(for:name:report:)`` does, for people who wait.
    public enum Event: Sendable {
        /// Compiling begins: the module's name and size in bytes.
        case compiling(name: String, bytes: Int)
        /// Compiling has ended.
        case compiled(name: String, duration: Duration)
        /// An image was found, but it is damaged or not ours.
        case refused(name: String, reason: String)
        /// The image could not be written; the module runs all the same.
        case notKept(name: String, reason: String)
    }

    /// Opens a folder, making it and the installation's key where they are missing.
    ///
    /// - Throws: ``EngineError`` with code `image` when the folder is not this user's alone.
    public init(engine: Engine, path: String) throws {
        self.engine = engine
        self.path = path
        try PrivateFile.makeFolder(path)
        PrivateFile.removeLeftovers(in: path)
        self.key = try ImageFolder.key(in: path)
    }

    /// The compiled module for a binary or text module: mapped from its image, or compiled and kept.
    ///
    /// - Throws: ``EngineError`` with code `invalidModule`. Trouble with the image itself is reported, not thrown.
    public func module(
        for bytes: [UInt8], name: String, report: (Event) -> Void = { _ in }
    ) throws -> Module {
        let binary = try WasmText.binary(from: bytes)
        let stem = imageStem(for: binary)
        if let outline = ModuleOutline(binary) {
            switch mapped(stem, outline) {
            case .success(let module): return module
            case .failure(.absent): break
            case .failure(.refused(let reason)): report(.refused(name: name, reason: reason))
            }
        }
        report(.compiling(name: name, bytes: binary.count))
        let clock = ContinuousClock()
        let start = clock.now
        let module = try Module(engine: engine, binary: binary)
        report(.compiled(name: name, duration: start.duration(to: clock.now)))
        do {
            try keep(module, as: stem)
        } catch {
            report(.notKept(name: name, reason: "\(error)"))
        }
        return module
    }

    // MARK: - Names and codes

    private func imageStem(for binary: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(data: Array(engine.fingerprint.utf8))
        hash.update(data: [0])
        hash.update(data: binary)
        return hash.finalize().hex
    }

    /// The key for one image: a code made for one name is worth nothing under another.
    private func imageKey(_ stem: String) -> SymmetricKey {
        SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(stem.utf8), using: key))
    }

    private static func key(in folder: String) throws -> SymmetricKey {
        let path = "\(folder)/key"
        for _ in 0..<2 {
            if let bytes = try PrivateFile.read(path), bytes.count == 32 { return SymmetricKey(data: bytes) }
            let fresh = SymmetricKey(size: .bits256)
            try PrivateFile.write(
                unsafe fresh.withUnsafeBytes { unsafe Array($0) }, to: path, replacing: false)
        }
        throw EngineError(
            .image, "\(path) is not a key of 32 bytes. Remove it: images are then compiled again.")
    }

    // MARK: - Files

    private enum Miss: Error {
        case absent
        case refused(String)
    }

    private func mapped(_ stem: String, _ outline: ModuleOutline) -> Result<Module, Miss> {
        let imagePath = "\(path)/\(stem).cwasm"
        do {
            guard let code = try PrivateFile.read("\(imagePath).mac") else { return .failure(.absent) }
            return unsafe try PrivateFile.withMapped(imagePath) { descriptor, image in
                let isOurs = unsafe HMAC<SHA256>.isValidAuthenticationCode(
                    code, authenticating: image, using: imageKey(stem))
                guard isOurs else { return .failure(.refused("its authentication code is wrong")) }
                // By descriptor: what is loaded is the file that was checked, whatever the name means by now.
                let checked = "/proc/self/fd/\(descriptor)"
                return .success(try Module(engine: engine, imagePath: checked, outline: outline))
            } ?? .failure(.absent)
        } catch {
            return .failure(.refused("\(error)"))
        }
    }

    private func keep(_ module: Module, as stem: String) throws {
        let image = try module.serialized()
        let imagePath = "\(path)/\(stem).cwasm"
        // The code is written last: an image without one is not looked at.
        try PrivateFile.remove("\(imagePath).mac")
        try PrivateFile.write(image, to: imagePath, replacing: true)
        let code = HMAC<SHA256>.authenticationCode(for: image, using: imageKey(stem))
        try PrivateFile.write(Array(code), to: "\(imagePath).mac", replacing: true)
    }
}

extension SHA256Digest {
    fileprivate var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension ImageFolder {
    /// The SHA-256 of a module's bytes, in lower-case hexadecimal.
    public static func sha256(of bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hex }
}
