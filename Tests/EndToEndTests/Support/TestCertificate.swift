import Foundation
import NIOSSL
import Testing

/// A self-signed certificate for `localhost`, made by `openssl` for one test.
struct TestCertificate {
    let certificateFile: String
    let keyFile: String

    init(in folder: TemporaryFolder) throws {
        certificateFile = "\(folder.path)/certificate.pem"
        keyFile = "\(folder.path)/key.pem"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            "openssl req -x509 -nodes -days 2 -subj /CN=localhost -newkey ec -pkeyopt ec_paramgen_curve:P-256"
            .split(separator: " ").map(String.init) + ["-keyout", keyFile, "-out", certificateFile]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl made no certificate")
    }

    /// A client that offers `protocols` and believes this certificate only.
    func client(_ protocols: [String]) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certificateFile))
        configuration.certificateVerification = .noHostnameVerification
        configuration.applicationProtocols = protocols
        return try NIOSSLContext(configuration: configuration)
    }
}
