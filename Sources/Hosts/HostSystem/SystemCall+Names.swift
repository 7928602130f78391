import AppModel
import CHostSystem

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The door to the system, for names of hosts.
extension SystemCall {
    /// Asks the system for the addresses of a name; blocks the thread until it answers.
    static func addresses(of name: String, max: Int) throws(HostResolutionError) -> [IPAddress] {
        var found = [UInt8](repeating: 0, count: 17 * max)
        let count = unsafe name.withCString { text in
            unsafe found.withUnsafeMutableBufferPointer { records in
                unsafe martlet_resolve(text, records.baseAddress, Int32(clamping: max))
            }
        }
        guard count >= 0 else { throw HostResolutionError(systemCode: -count) }
        var addresses: [IPAddress] = []
        for index in 0..<Int(count) {
            let record = found[(17 * index)..<(17 * index + 17)]
            let bytes = record.dropFirst().prefix(record.first == 6 ? 16 : 4)
            if let address = IPAddress(bytes: bytes), !addresses.contains(address) {
                addresses.append(address)
            }
        }
        if addresses.isEmpty { throw .notFound }
        return addresses
    }
}

extension HostResolutionError {
    /// The case for `MARTLET_RESOLVE_…`, as CHostSystem.h numbers them.
    fileprivate init(systemCode: Int32) {
        switch systemCode {
        case MARTLET_RESOLVE_NOT_FOUND: self = .notFound
        case MARTLET_RESOLVE_TEMPORARY: self = .temporary
        default: self = .failed("the system's resolver failed")
        }
    }
}
