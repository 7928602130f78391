import Foundation
import NIOSSL
import OutboundHTTP

/// A self-signed certificate for `localhost`, good for nothing else, with its key.
enum TestCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBmjCCAUGgAwIBAgIUGRlXfVJV4wibn69q6RXXSCNgBLswCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzAzMTk0MFoYDzIxMjYxMDMw
        MDMxOTQwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATSJ/T6Gy+lRAZZFBsDlWPKuemtbiSX8xzGsHnxGHvsTVDaK9WeZXeb
        ZLWsv3Q6u1ECw0DPnuxkBIKpFl+30lcQo28wbTAdBgNVHQ4EFgQUXq4ylfSZ3sO+
        AY106dx3/7xYqpEwHwYDVR0jBBgwFoAUXq4ylfSZ3sO+AY106dx3/7xYqpEwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDRwAwRAIgZXoE5dDNl2yBq4rmHm0pA7XnZEQdIN9tLMR1+/bal4gCIFbJ
        DO/v1TcWZQzJdnVrqI7ev9OOUPHyKcnw5vTuCnJB
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8TNlvqOWCxgGUe8k
        LYRCSanCckiR3YCFmdhTQRNWfw6hRANCAATSJ/T6Gy+lRAZZFBsDlWPKuemtbiSX
        8xzGsHnxGHvsTVDaK9WeZXebZLWsv3Q6u1ECw0DPnuxkBIKpFl+30lcQ
        -----END PRIVATE KEY-----
        """

    /// Runs `body` with both in files of a temporary folder.
    static func withFiles(_ body: (_ certificate: String, _ key: String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "outbound-http-tests-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What cannot be removed harms no other test.
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificateFile, keyFile) = (folder.appending(path: "a.pem"), folder.appending(path: "a.key"))
        try Data(certificate.utf8).write(to: certificateFile)
        try Data(key.utf8).write(to: keyFile)
        try await body(certificateFile.path, keyFile.path)
    }

    /// Believes this certificate.
    static func trusting() throws -> OutboundTLS {
        OutboundTLS(
            additionalRoots: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)),
            trustsSystemRoots: false)
    }
}
