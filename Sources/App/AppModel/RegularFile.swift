#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A file of the operator's that is read whole: never a device, a pipe, or more than one wants to hold.
public struct RegularFile: Sendable {
    /// Why a file cannot be read: what follows its path in a sentence.
    public enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// There is none.
        case missing
        /// A folder, a device or a pipe.
        case notRegular
        /// It has more bytes than that.
        case tooLarge(bytesMax: Int)
        /// The system refuses.
        case unreadable

        /// The words.
        public var description: String {
            switch self {
            case .missing: "there is no such file"
            case .notRegular: "it is no regular file"
            case .tooLarge(let bytesMax): "it has more than \(bytesMax) bytes"
            case .unreadable: "it cannot be read; check its permissions"
            }
        }
    }

    /// Where it is, symbolic links followed.
    public let path: String

    /// The file at `path`.
    public init(_ path: String) { self.path = path }

    /// All of its bytes, `bytesMax` at the most.
    public func bytes(atMost bytesMax: Int) throws(Problem) -> [UInt8] {
        let attributes: [FileAttributeKey: Any]
        do {
            let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            attributes = try FileManager.default.attributesOfItem(atPath: place)
        } catch { throw .missing }
        guard attributes[.type] as? FileAttributeType == .typeRegular else { throw .notRegular }
        // Its type depends on the platform.
        let size = attributes[.size].flatMap { $0 as? UInt ?? ($0 as? Int).map { UInt(clamping: $0) } }
        guard let size, size <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch { throw .unreadable }
        guard data.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        return [UInt8](data)
    }
}
