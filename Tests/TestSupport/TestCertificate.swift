public import NIOSSL

/// A self-signed certificate for `localhost`, good for nothing else, with its key.
public enum TestCertificate {
    /// In PEM.
    public static let certificate = """
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

    /// Its private key, in PEM.
    public static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8TNlvqOWCxgGUe8k
        LYRCSanCckiR3YCFmdhTQRNWfw6hRANCAATSJ/T6Gy+lRAZZFBsDlWPKuemtbiSX
        8xzGsHnxGHvsTVDaK9WeZXebZLWsv3Q6u1ECw0DPnuxkBIKpFl+30lcQ
        -----END PRIVATE KEY-----
        """

    /// Runs `body` with both in files of a temporary folder.
    public static func withFiles(
        _ body: (_ certificate: String, _ key: String) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        try await body(try folder.file("certificate.pem", certificate), try folder.file("key.pem", key))
    }

    /// What vouches for it: itself.
    public static func roots() throws -> [NIOSSLCertificate] {
        try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
    }

    /// A client that offers `protocols` and believes this certificate only.
    public static func client(_ protocols: [String]) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try roots())
        configuration.certificateVerification = .noHostnameVerification
        configuration.applicationProtocols = protocols
        return try NIOSSLContext(configuration: configuration)
    }
}
