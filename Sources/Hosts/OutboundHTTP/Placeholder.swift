import AsyncHTTPClient
import NIOCore
enum OutboundHTTPPlaceholder { static let x = HTTPClient.Configuration.self }
