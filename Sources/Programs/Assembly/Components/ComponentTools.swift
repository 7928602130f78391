import AppModel
import ComponentEncoding
import ComponentModel
import WasmEngine

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Looks into components, validates them, and makes them of core modules.
public struct ComponentTools: Sendable {
    /// The tools with the usual limits.
    public init() {}

    // MARK: - Inspect

    /// Prints what is in a file.
    public func inspect(_ request: InspectComponentRequest, console: Console) throws -> ProcessStatus {
        let bytes = try read(request.path)
        let report: BinaryReport
        do {
            if CoreModule.isModule(bytes) {
                report = try BinaryReport(try CoreModule(bytes, features: .all))
            } else {
                report = try BinaryReport(try Component(bytes, features: .all))
            }
        } catch {
            throw OperatorError("\(request.path): \(error)")
        }
        if request.asJSON { try console.json(report) } else { console.output(report.text) }
        return .success
    }

    // MARK: - Validate

    private struct Verdict: Encodable {
        let file: String
        let valid: Bool
        let message: String?
        let offset: Int?
    }

    /// Says of each file whether it is valid; the status is a failure when one is not.
    public func validate(_ request: ValidateComponentsRequest, console: Console) throws -> ProcessStatus {
        var status = ProcessStatus.success
        var engine: Engine?
        for path in request.paths {
            let bytes = try read(path)
            let verdict = try verdict(on: bytes, path, &engine)
            if !verdict.valid { status = .failure }
            if request.asJSON {
                try console.json(verdict)
            } else if let message = verdict.message {
                console.error(label: "error", "\(path): \(message)", style: .error)
            } else {
                console.output("\(path): valid")
            }
        }
        return status
    }

    private func verdict(
        on bytes: [UInt8], _ path: String, _ engine: inout Engine?
    ) throws -> Verdict {
        do throws(ComponentModelError) {
            guard !CoreModule.isModule(bytes) else { return try module(bytes, path, &engine) }
            let component = try Component(bytes)
            for (number, range) in component.definition.moduleRanges.enumerated() {
                let inner = try module(Array(bytes[range]), path, &engine)
                guard let message = inner.message else { continue }
                return Verdict(
                    file: path, valid: false,
                    message:
                        "core module \(number) (at byte 0x\(String(range.lowerBound, radix: 16))): \(message)",
                    offset: range.lowerBound)
            }
            return Verdict(file: path, valid: true, message: nil, offset: nil)
        } catch {
            return Verdict(file: path, valid: false, message: error.description, offset: error.offset)
        }
    }

    /// A core module's code is the engine's to validate.
    private func module(
        _ bytes: [UInt8], _ path: String, _ engine: inout Engine?
    ) throws(ComponentModelError) -> Verdict {
        _ = try CoreModule(bytes)
        do {
            let validator: Engine
            if let engine { validator = engine } else { validator = try Engine(limits: .validation) }
            engine = validator
            try Module.validate(bytes, engine: validator)
        } catch {
            return Verdict(file: path, valid: false, message: "\(error)", offset: nil)
        }
        return Verdict(file: path, valid: true, message: nil, offset: nil)
    }

    // MARK: - Encode

    /// Writes the component of a core module.
    public func encode(_ request: EncodeComponentRequest, console: Console) throws -> ProcessStatus {
        let bytes = try read(request.modulePath)
        guard CoreModule.isModule(bytes) else {
            throw OperatorError(
                Component.isComponent(bytes)
                    ? "\(request.modulePath) is a component already"
                    : "\(request.modulePath) is no WebAssembly module")
        }
        let component: [UInt8]
        do {
            var encoder = ComponentEncoder(world: try world(request))
            encoder.growsMemoryForAdapters = request.growsMemory
            for adapter in request.adapters {
                encoder.adapters.append(
                    ComponentEncoder.Adapter(
                        name: adapter.name, module: try CoreModule(try read(adapter.path))))
            }
            component = try encoder.encode(try CoreModule(bytes))
            // What other runtimes would refuse is not written.
            _ = try Component(component, features: .all)
        } catch let error as OperatorError {
            throw error
        } catch {
            throw OperatorError("\(request.modulePath): \(error)")
        }
        do {
            try Data(component).write(to: URL(fileURLWithPath: request.outputPath), options: .atomic)
        } catch {
            throw OperatorError("Cannot write \(request.outputPath); check the folder and its permissions")
        }
        console.error("Wrote \(request.outputPath) (\(component.count) bytes)")
        return .success
    }

    private func world(_ request: EncodeComponentRequest) throws -> World? {
        guard !request.witPaths.isEmpty else { return nil }
        var sources = InterfaceLibrary.sources
        for path in request.witPaths {
            var package: String?
            for file in try texts(at: path) {
                package = try sources.add(try text(file), file: file, defaultPackage: package) ?? package
            }
        }
        return try sources.world(request.world)
    }

    /// The texts of a folder, or the one that is named. Those that name their package come first, for
    /// the others belong to it.
    private func texts(at path: String) throws -> [String] {
        // What is no folder is read as a text, or reported when that fails.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [path] }
        var found: [String] = []
        for name in names.sorted() where name.hasSuffix(".wit") {
            found.append("\(path)/\(name)")
        }
        let named = try found.filter { try text($0).contains("package ") }
        return named + found.filter { !named.contains($0) }
    }

    // MARK: - Files

    private func text(_ path: String) throws -> String {
        String(decoding: try bytes(of: path), as: UTF8.self)
    }

    private func read(_ path: String) throws -> [UInt8] {
        let bytes = try bytes(of: path)
        do { return try WasmText.binary(from: bytes) } catch { throw OperatorError("\(path): \(error)") }
    }

    private func bytes(of path: String) throws -> [UInt8] {
        do throws(RegularFile.Problem) {
            return try RegularFile(path).bytes(atMost: ComponentSource.bytesMax)
        } catch { throw OperatorError("\(path): \(error)") }
    }
}

extension EngineLimits {
    /// Of an engine that makes no instance: its pools reserve next to no address space.
    fileprivate static var validation: EngineLimits {
        var limits = EngineLimits()
        limits.memories = 1
        limits.stacks = 1
        return limits
    }
}
