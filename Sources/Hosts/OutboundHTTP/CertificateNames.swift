import AppModel
import NIOSSL

/// The names in a server's certificate.
///
/// NIOSSL takes a certificate for the address that is connected to as good for every name. Who controls a name server, and
/// has a certificate for an address of its own, could then speak for any name: so names are compared once more.
enum CertificateNames {
    /// Whether a certificate that NIOSSL has accepted is one for this name (RFC 9525 §6.3).
    static func vouch(_ certificate: NIOSSLCertificate, for name: HostName) -> Bool {
        var hasAny = false
        for entry in certificate._subjectAlternativeNames() {
            hasAny = true
            guard case .dnsName = entry.nameType else { continue }
            if matches(String(decoding: Array(entry.contents), as: UTF8.self).lowercased(), name.text) {
                return true
            }
        }
        // Without any, NIOSSL has compared the common name.
        return !hasAny
    }

    static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = pattern.hasSuffix(".") ? String(pattern.dropLast()) : pattern
        guard pattern.hasPrefix("*.") else { return pattern == name }
        // One whole label, in front of at least two.
        let suffix = pattern.dropFirst()
        guard suffix.dropFirst().contains("."), name.hasSuffix(suffix) else { return false }
        let label = name.dropLast(suffix.utf8.count)
        return !label.isEmpty && !label.contains(".")
    }
}
